# Every command that a person types: make, demo, test, test-release, test-asan, fuzz, bench, install, clean.

PREFIX = /usr/local
SYSCONFDIR = /etc
DESTDIR =
# Where the shells look for the completions of programs that the administrator installed.
BASH_COMPLETIONS = $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS = $(PREFIX)/share/zsh/site-functions
FISH_COMPLETIONS = $(PREFIX)/share/fish/vendor_completions.d
# A group, to install pam-checkpwd setuid root for its members: docs/setuid.md says when.
SETUID_GROUP =

SWIFT = swift
# pam-checkpwd is started once per login: Embedded Swift, without Swift's runtime library.
# No run path: where it is setuid, and at each start, libraries come from the system's folders only.
EMBEDDED = --configuration release --traits Embedded --disable-local-rpath --scratch-path .build-embedded
# The other programs carry the runtime with them, so that they run where no Swift is installed.
STATIC = --configuration release --static-swift-stdlib --disable-local-rpath --scratch-path .build-release

# Tests are for what the optimizer makes of it: it has made programs that trap of sources that did not. Not of C, which is
# BoringSSL for the most part, and takes a while.
TESTED = --configuration release -Xswiftc -enable-testing -Xcc -O0

# lld, for the sanitizers' sake: gold fails with an error of its own on their libraries.
LLD = -Xswiftc -use-ld=lld
ASAN = --sanitize=address --scratch-path .build-asan $(LLD)

BUILD_PACKAGES = libpam0g-dev libssl-dev liblmdb-dev libpq-dev
DEMO_PACKAGES = python3 openssl
TEST_PACKAGES = curl swaks msmtp python3 mandoc openssl procps strace fail2ban dovecot-imapd dovecot-submissiond ucspi-tcp \
    qpsmtpd postfix libsasl2-modules postgresql gcc haproxy
BENCH_PACKAGES = python3 libssl-dev dovecot-submissiond postfix sasl2-bin libsasl2-modules libsasl2-modules-db

# What is installed, as `release` builds it.
PAM_CHECKPWD = .build-embedded/release/pam-checkpwd
CHECKPWDCTL = .build-release/release/checkpwdctl
SMTP_AUTH = .build-release/release/smtp-auth
MANUALS = pam-checkpwd.8 checkpwdctl.8 smtp-auth.8

.PHONY: all pam-checkpwd release demo test test-release test-asan fuzz bench install clean

all: release

pam-checkpwd:
	@Tests/Stage/packages $(BUILD_PACKAGES)
	@echo "Building pam-checkpwd, about half a minute ..."
	$(SWIFT) build $(EMBEDDED) --product pam-checkpwd

release: pam-checkpwd
	@echo "Building checkpwdctl and smtp-auth for release, about 5 minutes the first time ..."
	$(SWIFT) build $(STATIC) --product checkpwdctl
	$(SWIFT) build $(STATIC) --product smtp-auth

demo: release
	@Tests/Stage/packages $(DEMO_PACKAGES)
	@Tests/Stage/exim >/dev/null
	@Tests/Stage/private-etc Tests/Stage/demo

TESTS = pam-checkpwdPackageTests.xctest

test: pam-checkpwd
	@Tests/Stage/packages $(TEST_PACKAGES)
	@[ "$$(id -u)" -ne 0 ] || Tests/Stage/exim >/dev/null
	@[ "$$(id -u)" -ne 0 ] || Tests/Stage/modules >/dev/null
	@echo "Building everything and its tests, about 7 minutes the first time ..."
	$(SWIFT) build --build-tests $(TESTED)
	@exec Tests/Stage/suites "$$($(SWIFT) build --show-bin-path $(TESTED))/$(TESTS)"

# The same with checkpwdctl and smtp-auth just as they are installed: before a release.
test-release: release
	PAM_CHECKPWD_PROGRAMS="$(CURDIR)/.build-release/release" $(MAKE) test

# The same, all programs and their tests built with AddressSanitizer. It looks for no leaks: for that it would have to
# trace the process, which pam-checkpwd forbids, and what lives until a program's end is freed by ending. It has no stack of its
# own for signals: it would free that of whoever handles a fault in a store.
test-asan:
	@Tests/Stage/packages $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@echo "Building everything and its tests with AddressSanitizer, about 5 minutes the first time ..."
	$(SWIFT) build --build-tests $(ASAN)
	@export ASAN_OPTIONS=detect_leaks=0:use_sigaltstack=0; \
	exec Tests/Stage/suites "$$($(SWIFT) build --show-bin-path $(ASAN))/$(TESTS)"

# What is read from outside, fed with what nobody would send: each of Tests/Fuzz for so many seconds.
FUZZ_SECONDS = 60

fuzz:
	@Tests/Stage/packages $(BUILD_PACKAGES)
	@echo "Building the fuzz targets, about 4 minutes the first time ..."
	FUZZ=1 $(SWIFT) build --configuration release --scratch-path .build-fuzz --product fuzz \
	    $(LLD) -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing -Xcc -fsanitize=fuzzer-no-link,address
	@Tests/Fuzz/run .build-fuzz/release/fuzz $(FUZZ_SECONDS)

# As fast as C? Needs root and a machine with nothing else to do.
bench: pam-checkpwd
	@Tests/Stage/packages $(BENCH_PACKAGES)
	@echo "Building the programs with Swift's runtime library, about 6 minutes the first time ..."
	$(SWIFT) build $(STATIC) --product pam-checkpwd
	$(SWIFT) build $(STATIC) --product checkpwdctl
	$(SWIFT) build $(STATIC) --product smtp-auth
	@export PYTHONDONTWRITEBYTECODE=1; status=0; \
	Tests/Stage/private-etc Tests/Benchmarks/logins $(BENCH_ROUNDS) || status=1; echo; \
	Tests/Stage/private-etc Tests/Benchmarks/store $(BENCH_ROUNDS) || status=1; echo; \
	Tests/Stage/private-etc Tests/Benchmarks/submission $(SUBMISSION_ROUNDS) || status=1; \
	exit $$status

# Binaries stripped of their symbols. The service file only where there is none: an administrator's is never overwritten.
install: release
	install -d "$(DESTDIR)$(PREFIX)/sbin" "$(DESTDIR)$(PREFIX)/share/man/man8" "$(DESTDIR)$(SYSCONFDIR)/pam.d"
	install -s -m 0755 "$(PAM_CHECKPWD)" "$(DESTDIR)$(PREFIX)/sbin/pam-checkpwd"
	@if [ -n "$(SETUID_GROUP)" ]; then set -x; \
	    chown "root:$(SETUID_GROUP)" "$(DESTDIR)$(PREFIX)/sbin/pam-checkpwd" && \
	    chmod 4750 "$(DESTDIR)$(PREFIX)/sbin/pam-checkpwd"; fi
	install -s -m 0755 "$(CHECKPWDCTL)" "$(SMTP_AUTH)" "$(DESTDIR)$(PREFIX)/sbin"
	install -d "$(DESTDIR)$(BASH_COMPLETIONS)" "$(DESTDIR)$(ZSH_COMPLETIONS)" "$(DESTDIR)$(FISH_COMPLETIONS)"
	@set -e; umask 022; for program in "$(CHECKPWDCTL)" "$(SMTP_AUTH)"; do \
	    name=$$(basename "$$program"); complete="$$program --generate-completion-script"; \
	    $$complete bash > "$(DESTDIR)$(BASH_COMPLETIONS)/$$name"; \
	    $$complete zsh > "$(DESTDIR)$(ZSH_COMPLETIONS)/_$$name"; \
	    $$complete fish > "$(DESTDIR)$(FISH_COMPLETIONS)/$$name.fish"; done
	for page in $(MANUALS); do \
	    install -m 0644 "docs/$$page" "$(DESTDIR)$(PREFIX)/share/man/man8/$$page" || exit; done
	@service="$(DESTDIR)$(SYSCONFDIR)/pam.d/pam-checkpwd"; \
	if [ -e "$$service" ]; then echo "$$service is there already, and is left as it is."; \
	else install -m 0644 pam.d/pam-checkpwd "$$service"; fi

clean:
	rm -rf .build .build-embedded .build-release .build-asan .build-bench .build-fuzz .build-exim .build-modules
