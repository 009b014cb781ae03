/* words-en - reports in English. */
#include "words.h"

static const struct words english = {
	.language = "en",
	.from = "Mail Delivery System",
	.mime = "This is a report about a message, in MIME format.",

	.failed_subject = "Undelivered mail: your message did not arrive",
	.delayed_subject = "Delayed mail: your message has not arrived yet",
	.double_subject = "Undelivered mail: a message without a sender",
	.delivered_subject = "Delivered mail: your message has arrived",
	.passed_subject = "Mail on its way: your message was passed on",

	.failed = "Your message to $1 could not be delivered.",
	.doubled = "A message that names no sender (often a report like this "
	    "one) could not be delivered to $1.",
	.delivered = "Your message to $1 has been delivered.",
	.relayed = "Your message to $1 has been passed on to another mail "
	    "server.",
	.expanded = "Your message to $1 has been passed on to its members.",
	.several = "Your message to $1 has been delivered or passed on.",
	.delayed = "Your message to $1 has not been delivered yet. You need "
	    "not do anything: the server goes on trying until $2.",
	.addresses = "$1 addresses",

	.behind = "(where mail to $1 goes)",
	.expired = "It was tried again and again for $1. Now it is given up.",
	.said = "The server said: $1 ($2)",
	.no_reason = "no reason was noted",
	.in_mailbox = "It lies in the mailbox. Whether it was read is not "
	    "known here.",
	.passed_on = "The other server took the message. It does not report "
	    "what becomes of it then.",
	.to_members = "This address stands for several. The message goes on to "
	    "each of them; each delivery is not reported.",
	.why = {
		[WHY_NO_ADDRESS] = "There is no such address.",
		[WHY_NO_MAIL] = "That domain takes no mail.",
		[WHY_BAD_ADDRESS] = "The address is not written as it should "
		    "be.",
		[WHY_CLOSED] = "The mailbox is closed.",
		[WHY_FULL] = "The mailbox is full.",
		[WHY_TOO_BIG] = "The message is too big.",
		[WHY_LOOP] = "The message went round in a circle.",
		[WHY_NOT_ALLOWED] = "The receiving server does not allow it.",
		[WHY_SILENT] = "The other server does not answer.",
		[WHY_CUT] = "The connection to the other server broke off.",
		[WHY_NOT_FOUND] = "The mail server of that domain cannot be "
		    "found.",
	},

	.more = "and $1 more: see the next part",
	.no_more = "Nothing more is tried there. This does not concern the "
	    "message's other recipients, if it has any.",
	.receipt = "You, or your mail program, asked for this receipt.",
	.help = "This was written by the mail server $1. Who can help: "
	    "postmaster@$2.",
	.help_id = "This was written by the mail server $1. Who can help: "
	    "postmaster@$2, who finds the message by its id $3.",
	.with_header = "Below are details for programs, and the message's "
	    "header.",
	.with_message = "Below are details for programs, and the message.",

	.days = "$1 days",
	.hours = "$1 hours",
	.minutes = "$1 minutes",
	.seconds = "$1 seconds",
	.weekday = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
	    "Friday", "Saturday" },
	.month = { "January", "February", "March", "April", "May", "June",
	    "July", "August", "September", "October", "November",
	    "December" },
	.date = "$1, $2 $3 $4, at $5 (UTC)",
};

const struct words *
words_en(void)
{
	return &english;
}
