"""A table of two servers' figures and their ratio, as text and as Markdown."""
import statistics


class Table:
    """Left columns that say what was done, then groups of ours, theirs, ratio.

    measures: (heading, attribute, format) of each group; a row's figures are
    the medians of an attribute of what was measured, blank where it is None.
    """

    def __init__(self, left, measures, names=("Correo", "Postfix")):
        self.left, self.measures, self.names = left, measures, names
        self.rows = []

    def add(self, left, ours, theirs):
        """ours, theirs: what was measured, a list for each server."""
        if not ours and not theirs:
            return
        row = list(map(str, left))
        for _, attribute, form in self.measures:
            both = [_median(done, attribute) for done in (ours, theirs)]
            row += ["" if value is None else form % value for value in both]
            row.append("" if None in both or both[1] == 0 else
                       "%.2f" % (both[0] / both[1]))
        self.rows.append(row)

    def text(self):
        heads = [self.left + [word for heading, _, _ in self.measures
                              for word in (heading, "", "")],
                 [""] * len(self.left) +
                 [*self.names, "ratio"] * len(self.measures)]
        lines = heads + self.rows
        widths = [max(len(line[i]) for line in lines)
                  for i in range(len(self.left))]
        widths += [14, len(self.names[1]) + 2, 7] * len(self.measures)
        return "\n".join("".join(
            word.ljust(width) + "  " if i < len(self.left) else
            word.rjust(width) for i, (word, width) in
            enumerate(zip(line, widths))).rstrip() for line in lines)

    def markdown(self):
        head = self.left + ["%s, %s" % (heading, who)
                            for heading, _, _ in self.measures
                            for who in (*self.names, "ratio")]
        lines = [head, [":---"] * len(self.left) +
                 ["---:"] * (len(head) - len(self.left))] + self.rows
        return "\n".join("| %s |" % " | ".join(line) for line in lines)


def _median(done, attribute):
    values = [getattr(one, attribute) for one in done]
    if not values or None in values:
        return None
    return statistics.median(values)
