# Unit tests (tests/unit, gcc with cmocka) and fuzzing (tests/fuzz, clang with
# libFuzzer), both under the address and undefined sanitizers. The Makefile
# includes this behind its first target and LIB_SRC.
#
#   make check-unit        every module's table of cases
#   make check-fuzz-short  20,000 runs, 2 s at most, of every fuzz target
#   make fuzz              FUZZ_RUNS of each; make -j2 fuzz does two at a time
#   make fuzz-run-dot      one of them
#   make unit fuzz-build   only build: then prove can run
#                          prove --exec '' build/tests/test-*   and
#                          prove tests/fuzz/short.t

T = $B/tests
UNIT_NAMES = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test-*.c))
FUZZ_NAMES = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
UNIT_BIN = $(UNIT_NAMES:%=$T/%)
FUZZ_BIN = $(FUZZ_NAMES:%=$T/%)

FUZZ_CC = clang
FUZZ_RUNS ?= 10000000
PROVE ?= prove
PROVE_FLAGS ?= -j2

# -O1: the compiler costs more than the tests. Few tests use cmocka's state.
TEST_CFLAGS = $(ALL_CFLAGS) -O1 -I. -Itests -Itests/unit -Wno-unused-parameter \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

# What a test has beside its own file and the library.
test-dot_SRC = tests/unit/naive-dot.c
test-stuff_SRC = tests/unit/naive-stuff.c
test-maildrop_SRC = tests/unit/calls.c
test-messages_SRC = qrunner/messages.c
test-schedule_SRC = qrunner/schedule.c
test-site_SRC = qrunner/site.c qrunner/line.c qrunner/messages.c \
	qrunner/schedule.c
test-site_LIBS = -Wl,--wrap=clock_mono_ms
test-report_SRC = $(REPORT_SRC)
test-wishes_SRC = qrunner/wishes.c
test-words_SRC = qrunner/words.c qrunner/words-en.c qrunner/words-es.c
test-options_SRC = qinject/options.c
test-input_SRC = qinject/input.c
test-compose_SRC = qinject/compose.c
test-local_SRC = qinject/local.c
fuzz-letter_SRC = qinject/input.c qinject/compose.c
fuzz-local_SRC = qinject/local.c
test-newfile_SRC = tests/unit/calls.c
test-show_SRC = admin/show.c
test-why_SRC = admin/logline.c admin/events.c admin/advice.c
fuzz-logline_SRC = admin/logline.c admin/show.c
test-queuefile_SRC = tests/unit/calls.c
test-maildir_SRC = tests/unit/calls.c
test-resolve_LIBS = -lcdb
fuzz-dot_SRC = tests/unit/naive-dot.c
fuzz-report_SRC = $(REPORT_SRC)
fuzz-stuff_SRC = tests/unit/naive-stuff.c
fuzz-smtp_SRC = smtpd-front/commands.c smtpd-front/data.c smtpd-front/tls.c \
	smtpd-front/login.c smtpd-front/dsn.c smtpd-front/sender.c
fuzz-question_SRC = checkpw/question.c
test-dns-response_SRC = deliver/dns-response.c deliver/dns-ask.c
test-dns-response_LIBS = -lresolv
test-dns-cache_SRC = deliver/dns-cache.c
fuzz-dns-response_SRC = deliver/dns-response.c
fuzz-dns-response_LIBS = -lresolv
fuzz-dns-table_SRC = deliver/dns-table.c
test-anchors_SRC = lib/tls/anchors.c lib/tls/der.c
test-anchors_LIBS = -lbearssl
fuzz-anchors_SRC = lib/tls/anchors.c lib/tls/der.c
fuzz-anchors_LIBS = -lbearssl
fuzz-chain_SRC = lib/tls/chain.c lib/tls/anchors.c lib/tls/der.c
fuzz-chain_LIBS = -lbearssl
fuzz-remote_SRC = deliver/remote-jobs.c deliver/remote-route.c \
	deliver/remote-address.c deliver/remote-dialog.c deliver/remote-login.c \
	deliver/remote-mail.c deliver/remote-envelope.c deliver/remote-body.c \
	deliver/remote-end.c deliver/remote-wishes.c
fuzz-remote_LIBS = -Wl,--wrap=io_read -Wl,--wrap=io_wait \
	-Wl,--wrap=io_write -Wl,--wrap=io_write_for
fuzz-attempt_SRC = checkpw/attempt.c
fuzz-pop3_SRC = pop3d/front-commands.c pop3d/front-login.c
fuzz-imapfront_SRC = imapd/front-read.c imapd/front-commands.c \
	imapd/front-login.c

# tests/unit/calls.h: the calls that it looks at.
CALLS = openat linkat renameat unlinkat access fsync write pwrite
WRAP = $(CALLS:%=-Wl,--wrap=%)
test-newfile_LIBS = $(WRAP)
test-queuefile_LIBS = $(WRAP)
test-maildir_LIBS = $(WRAP)
test-index_LIBS = -Wl,--wrap=folder_read
test-maildrop_LIBS = $(WRAP) -Wl,--wrap=folder_read

$T/unit/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -DTEST_BIN='"$(abspath $(BIN))"' -MMD -MP \
		-c -o $@ $<

$T/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(TEST_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$T/unit/lib.a: $(LIB_SRC:%.c=$T/unit/%.o) $T/unit/tests/unit/unit.o
	@rm -f $@
	@ar rcs $@ $^

$T/fuzz/lib.a: $(LIB_SRC:%.c=$T/fuzz/%.o)
	@rm -f $@
	@ar rcs $@ $^

define unit_test
$T/$(1): $T/unit/tests/unit/$(1).o $$($(1)_SRC:%.c=$T/unit/%.o) $T/unit/lib.a
	$$(CC) $$(TEST_CFLAGS) -o $$@ $$^ -lcmocka $$($(1)_LIBS)
endef
define fuzz_test
$T/$(1): $T/fuzz/tests/fuzz/$(1).o $$($(1)_SRC:%.c=$T/fuzz/%.o) $T/fuzz/lib.a
	$$(FUZZ_CC) $$(TEST_CFLAGS) -fsanitize=fuzzer -o $$@ $$^ $$($(1)_LIBS)
fuzz-run-$(patsubst fuzz-%,%,$(1)): $T/$(1)
	@mkdir -p $T/corpus/$(1) $T/found
	nice $T/$(1) -runs=$$(FUZZ_RUNS) -timeout=10 -print_final_stats=1 \
	    -artifact_prefix=$T/found/$(1)- $T/corpus/$(1) \
	    tests/fuzz/corpus/$(patsubst fuzz-%,%,$(1))
.PHONY: fuzz-run-$(patsubst fuzz-%,%,$(1))
endef
$(foreach t,$(UNIT_NAMES),$(eval $(call unit_test,$(t))))
$(foreach t,$(FUZZ_NAMES),$(eval $(call fuzz_test,$(t))))

# The unit tests of checkpw's pure parts.
CHECKPW_NAMES = $(patsubst tests/checkpw/%.c,%,$(wildcard tests/checkpw/test-*.c))
UNIT_BIN += $(CHECKPW_NAMES:%=$T/%)
test-guard_SRC = checkpw/guard.c
test-question_SRC = checkpw/question.c
test-attempt_SRC = checkpw/attempt.c
test-account_SRC = checkpw/account.c
test-account_LIBS = -lcdb -lcrypt

define checkpw_test
$T/$(1): $T/unit/tests/checkpw/$(1).o $$($(1)_SRC:%.c=$T/unit/%.o) $T/unit/lib.a
	$$(CC) $$(TEST_CFLAGS) -o $$@ $$^ -lcmocka $$($(1)_LIBS)
endef
$(foreach t,$(CHECKPW_NAMES),$(eval $(call checkpw_test,$(t))))

# test-resolve looks into tables that the compilers made.
unit: $(UNIT_BIN) $(BIN)/compile-aliases $(BIN)/compile-users \
	$(BIN)/compile-hosts $(BIN)/compile-routes \
	$(BIN)/compile-virtusers $(BIN)/compile-relays

fuzz-build: $(FUZZ_BIN)

check-unit: unit
	CMOCKA_MESSAGE_OUTPUT=tap $(PROVE) $(PROVE_FLAGS) --exec '' $(UNIT_BIN)

check-fuzz-short: fuzz-build
	FUZZ_BIN=$T $(PROVE) $(PROVE_FLAGS) tests/fuzz/short.t

fuzz: $(FUZZ_NAMES:fuzz-%=fuzz-run-%)

.PHONY: unit fuzz-build check-unit check-fuzz-short fuzz
.SECONDARY: $(UNIT_NAMES:%=$T/unit/tests/unit/%.o) \
	$(FUZZ_NAMES:%=$T/fuzz/tests/fuzz/%.o)

-include $(shell find $T -name '*.d' 2>/dev/null)
