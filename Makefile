# Correo: build, run, check. See README.md.
#
#   make              build into build/bin
#   make run          build, start a private instance, send a letter through it
#   make stop         end it, leaving nothing
#   make check        the tests
#   make STATIC=0     everything dynamic with glibc
#   make SAN=1        everything with the address and undefined sanitizers

STATIC ?= 1
SAN ?= 0
PLANT ?=
BUILD ?= build$(if $(PLANT),-plant-$(PLANT))$(if $(filter 1,$(SAN)),-san,$(if $(filter 0,$(STATIC)),-dynamic))

CC = gcc
MUSL_CC = musl-gcc
WARN = -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
CFLAGS ?= -O2 -g
HARDEN = -fstack-protector-strong
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Ilib $(WARN) $(HARDEN) $(CFLAGS) \
	$(foreach p,$(PLANT),-DPLANT_$(p))
ifeq ($(SAN),1)
STATIC = 0
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all
endif

B = $(BUILD)
BIN = $B/bin

# A program's name: the folder that holds its main file of the same name, with
# the other files that it is made of, and libraries.
HOT = smtpd-front \
	qinject \
	qrunner bounce \
	spawner deliver-local deliver-program deliver-qmail deliver-remote \
	correo-autoreply \
	auth auth-show say-user mail-login \
	pop3-front pop3d imap-front \
	tls-server tls-client
COLD = who-is dnsq compile-aliases compile-users compile-hosts compile-routes \
	compile-virtusers compile-relays makemap \
	checkpw sendmail correo
PROGRAMS = $(HOT) $(COLD)

smtpd-front_SRC = smtpd-front/smtpd-front.c smtpd-front/commands.c \
	smtpd-front/tls.c smtpd-front/login.c smtpd-front/auth.c \
	smtpd-front/data.c smtpd-front/sender.c smtpd-front/recipient.c \
	smtpd-front/dsn.c smtpd-front/confine.c
qinject_SRC = qinject/qinject.c qinject/one.c qinject/service.c \
	qinject/pool.c qinject/message.c qinject/runner.c qinject/local.c
sendmail_SRC = qinject/sendmail.c qinject/settings.c qinject/options.c \
	qinject/input.c qinject/compose.c qinject/spool.c qinject/submit.c qinject/verify.c \
	qinject/smtp.c qinject/mailq.c
correo_SRC = admin/correo.c admin/queue.c admin/queue-list.c \
	admin/queue-show.c admin/queue-json.c \
	admin/queue-order.c admin/queue-sites.c admin/live.c admin/show.c \
	admin/why.c admin/why-address.c admin/why-host.c admin/why-message.c \
	admin/why-lines.c admin/logs.c admin/logline.c admin/events.c \
	admin/advice.c admin/tables.c
qrunner_SRC = qrunner/qrunner.c qrunner/messages.c qrunner/scan.c \
	qrunner/writer.c qrunner/direct.c qrunner/attempt.c \
	qrunner/answers.c qrunner/results.c qrunner/finish.c \
	qrunner/telling.c qrunner/bouncer.c \
	$(REPORT_SRC) qrunner/line.c qrunner/lane.c qrunner/hand.c \
	qrunner/site.c qrunner/spawning.c qrunner/control.c qrunner/orders.c \
	qrunner/question.c qrunner/schedule.c qrunner/forward.c \
	qrunner/program.c
bounce_SRC = qrunner/bounce.c $(REPORT_SRC)
REPORT_SRC = qrunner/report.c qrunner/prose.c qrunner/parts.c \
	qrunner/wishes.c qrunner/words.c qrunner/words-en.c qrunner/words-es.c
spawner_SRC = deliver/spawner.c deliver/execute.c
deliver-local_SRC = deliver/deliver-local.c deliver/own.c deliver/limit.c
deliver-program_SRC = deliver/deliver-program.c deliver/program-run.c \
	deliver/program-child.c deliver/own.c
deliver-qmail_SRC = deliver/deliver-qmail.c deliver/qmail-message.c \
	deliver/qmail-environment.c deliver/own.c
correo-autoreply_SRC = deliver/correo-autoreply.c
deliver-remote_SRC = deliver/deliver-remote.c deliver/remote-jobs.c \
	deliver/remote-route.c deliver/remote-address.c deliver/remote-hello.c \
	deliver/remote-dialog.c deliver/remote-login.c deliver/remote-mail.c \
	deliver/remote-wishes.c deliver/remote-envelope.c \
	deliver/remote-body.c deliver/remote-end.c deliver/remote-confine.c
who-is_SRC = deliver/who-is.c
who-is_LIBS = -lcdb
dnsq_SRC = deliver/dnsq.c deliver/dns-lookup.c deliver/dns-cache.c \
	deliver/dns-workers.c deliver/dns-ask.c deliver/dns-response.c \
	deliver/dns-file.c deliver/dns-table.c
dnsq_LIBS = -lresolv
compile-aliases_SRC = cdb/compile-aliases.c cdb/compile.c cdb/check.c
compile-users_SRC = cdb/compile-users.c cdb/compile.c cdb/check.c
compile-hosts_SRC = cdb/compile-hosts.c cdb/compile.c cdb/check.c
compile-routes_SRC = cdb/compile-routes.c cdb/compile.c cdb/check.c
compile-virtusers_SRC = cdb/compile-virtusers.c cdb/compile.c cdb/check.c
compile-relays_SRC = cdb/compile-relays.c cdb/compile.c cdb/check.c
compile-virtusers_LIBS = -lcdb
makemap_SRC = cdb/makemap.c
makemap_LIBS = -lcdb
compile-relays_LIBS = -lcdb
compile-aliases_LIBS = -lcdb
compile-users_LIBS = -lcdb
compile-hosts_LIBS = -lcdb
compile-routes_LIBS = -lcdb
# They alone link BearSSL; musl-gcc does not search glibc's folders.
BEARSSL = $(shell $(CC) -print-file-name=libbearssl.a)
tls-server_SRC = tls/tls-server.c tls/program.c tls/certificate.c tls/policy.c \
	tls/handed.c tls/confine.c $(TLS_BOTH) lib/tls/pem.c
tls-client_SRC = tls/tls-client.c tls/handed.c tls/confine.c $(TLS_BOTH) \
	lib/tls/chain.c lib/tls/anchors.c lib/tls/der.c
TLS_BOTH = lib/tls/relay.c lib/tls/crypto.c lib/tls/words.c lib/tls/chk.c
tls-server_LIBS = $(BEARSSL)
tls-client_LIBS = $(BEARSSL)
pop3d_SRC = pop3d/pop3d.c pop3d/pop3d-commands.c pop3d/pop3d-answer.c \
	pop3d/pop3d-message.c pop3d/pop3d-quit.c pop3d/pop3d-confine.c
auth_SRC = checkpw/auth.c checkpw/check.c checkpw/guard.c checkpw/question.c
mail-login_SRC = checkpw/mail-login.c checkpw/login-start.c \
	checkpw/login-count.c checkpw/attempt.c checkpw/check.c
pop3-front_SRC = pop3d/pop3-front.c pop3d/front-commands.c pop3d/front-login.c
imap-front_SRC = imapd/imap-front.c imapd/front-read.c \
	imapd/front-commands.c imapd/front-login.c
auth-show_SRC = checkpw/auth-show.c
say-user_SRC = checkpw/say-user.c
checkpw_SRC = checkpw/checkpw.c checkpw/account.c
checkpw_LIBS = -lcdb -lcrypt

LIB_SRC = $(sort $(wildcard lib/base/*.c lib/sys/*.c lib/text/*.c \
	lib/net/*.c lib/mail/*.c))
# What needs tinycdb is linked by cold programs alone.
HOT_LIB_SRC = $(filter-out lib/mail/tables.c lib/mail/resolve% \
	lib/mail/owner.c,$(LIB_SRC))

all: $(PROGRAMS:%=$(BIN)/%)

# The hot programs are static with musl: a start costs a third (doc/design.md).
# musl's compiler sees the kernel's headers through links, and no glibc header.
ifeq ($(STATIC),1)
HOT_CC = $(MUSL_CC) -isystem $B/kernel
HOT_LDFLAGS = -static
HOT_NEEDS = $B/kernel/linux $B/kernel/bearssl
else
HOT_CC = $(CC)
endif

$B/kernel/linux:
	@mkdir -p $B/kernel
	@ln -sfn /usr/include/linux $B/kernel/linux
	@ln -sfn /usr/include/asm-generic $B/kernel/asm-generic
	@for d in /usr/include/asm /usr/include/$$($(CC) -print-multiarch)/asm; \
	do test ! -d $$d || ln -sfn $$d $B/kernel/asm; done

$B/kernel/bearssl:
	@mkdir -p $(@D)
	@ln -sfn /usr/include/bearssl.h $B/kernel/bearssl.h
	@ln -sfn /usr/include/bearssl $@

$B/hot/%.o: %.c | $(HOT_NEEDS)
	@mkdir -p $(@D)
	$(HOT_CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/cold/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIE -MMD -MP -c -o $@ $<

$B/hot/lib.a: $(HOT_LIB_SRC:%.c=$B/hot/%.o)
	@rm -f $@
	@ar rcs $@ $^

$B/cold/lib.a: $(LIB_SRC:%.c=$B/cold/%.o)
	@rm -f $@
	@ar rcs $@ $^

define hot_program
$(BIN)/$(1): $$($(1)_SRC:%.c=$B/hot/%.o) $B/hot/lib.a
	@mkdir -p $(BIN)
	$$(HOT_CC) $$(ALL_CFLAGS) $$(HOT_LDFLAGS) -o $$@ $$^ $$($(1)_LIBS)
endef
define cold_program
$(BIN)/$(1): $$($(1)_SRC:%.c=$B/cold/%.o) $B/cold/lib.a
	@mkdir -p $(BIN)
	$$(CC) $$(ALL_CFLAGS) -pie -o $$@ $$^ $$($(1)_LIBS)
endef
$(foreach p,$(HOT),$(eval $(call hot_program,$(p))))
$(foreach p,$(COLD),$(eval $(call cold_program,$(p))))

# What the machine must have. ucspi-tcp without IPv6 serves too.
BUILD_PACKAGES = gcc libc6-dev make libcdb-dev libcrypt-dev libbearssl-dev $(if $(filter 1,$(STATIC)),musl-tools)
RUN_PACKAGES = ucspi-tcp-ipv6|ucspi-tcp s6 perl util-linux openssl
CHECK_PACKAGES = clang libclang-rt-14-dev libcmocka-dev python3 strace swaks \
	libnet-ssleay-perl curl msmtp mandoc e2fsprogs xfsprogs
CHECK_ALL_PACKAGES = sslscan testssl.sh mutt s-nail fetchmail getmail6 mpop \
	inetutils-telnet procmail maildrop spamc php-cli libphp-phpmailer \
	libfaketime python3-flufl.bounce \
	libmail-deliverystatus-bounceparser-perl libsisimai-perl

run:
	@service/need $(foreach p,$(BUILD_PACKAGES) $(RUN_PACKAGES),'$(p)')
	@$(MAKE) --no-print-directory -s all
	@test ! -e run || $(MAKE) --no-print-directory stop
	@env -u HOST -u NAME -u DOMAIN BIN=$(CURDIR)/$(BIN) \
		service/instance start run	# shells export such names
	@. run/instance.env; echo "Installed in run/: $(PROGRAMS)"; \
		echo "Listening on $$HOST: SMTP $$SMTP, submission $$SUBMISSION," \
		"SMTPS $$SMTPS, POP3 $$POP3, POP3S $$POP3S$${IMAP:+,}" \
		"$${IMAP:+IMAP $$IMAP, IMAPS $$IMAPS}"
	@service/letter run
	@echo "It serves until 'make stop'. Ports and accounts: run/instance.env"

stop:
	@service/instance stop run

include tests/tests.mk

# prove runs files; what they need built is built first. Tests find the programs
# by BIN. The planted faults are built by the tests that look for them.
CHECK = $(filter-out tests/fuzz/%,$(wildcard tests/*/*.t))

# Most of them wait for most of their time, for a retry or a deadline.
CHECK_JOBS ?= $(shell expr 2 '*' $$(nproc))

PROVE_ALL = BIN=$(CURDIR)/$(BIN) BUILD=$B FUZZ_BIN=$T \
	CMOCKA_MESSAGE_OUTPUT=tap prove --exec '' --merge

check: check-packages
	@$(MAKE) --no-print-directory -s -j2 all unit fuzz-build
	@$(MAKE) --no-print-directory -s -j2 all SAN=1 BUILD=build-san
	@echo "The tests run, about three minutes; each one's lines: $B/check.log"
	@$(PROVE_ALL) -v -j$(CHECK_JOBS) $(CHECK) tests/fuzz/short.t $(UNIT_BIN) \
		>$B/check.log 2>&1; code=$$?; \
		grep -B2 -A12 -E '^not ok|Traceback|^Bail out' $B/check.log | \
		head -200; sed -n '/^Test Summary/,$$p; /^All tests/,$$p' \
		$B/check.log; exit $$code

check-packages:
	@service/need $(foreach p,$(BUILD_PACKAGES) $(RUN_PACKAGES) \
		$(CHECK_PACKAGES),'$(p)')

# The long forms: every index of the crash recorder, 1,000 messages under 100
# kills, Postfix as a client, other servers as hosts, scanners of TLS, power cuts
# at more than 1,000 moments.
check-all: check-packages
	@service/need $(CHECK_ALL_PACKAGES)
	@$(MAKE) --no-print-directory -s -j2 all unit fuzz-build
	@CORREO_LONG=1 $(PROVE_ALL) $(CHECK) tests/fuzz/short.t $(UNIT_BIN)
	@$(MAKE) --no-print-directory check-crash SWEEPS=

# Faults at every call, in qrunner and what brings mail in and out; power cuts.
SWEEPS = replay.t remote.t sendmail.t
check-crash: check-packages
	@$(MAKE) --no-print-directory -s -j2 all
	@failed=0; export BIN=$(CURDIR)/$(BIN) CORREO_LONG=1; \
	for t in $(SWEEPS) power-cut; do \
		tests/crash/$$t || failed=1; \
	done; exit $$failed

# BENCH=tls,memory: these sections of it alone.
bench: check-packages
	@service/need libssl-dev
	@$(MAKE) --no-print-directory -s -j2 all
	@bench/run $(if $(BENCH),--sections $(BENCH))

clean:
	rm -rf build build-*

-include $(shell find $B/hot $B/cold -name '*.d' 2>/dev/null)

.PHONY: all clean run stop check check-packages check-all check-crash bench
