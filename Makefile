# Every command that a person types: make, demo, test, install, clean.

PREFIX = /usr/local
SYSCONFDIR = /etc
DESTDIR =

SWIFT = swift
# pam-checkpwd is started once per login: Embedded Swift, without Swift's runtime library.
EMBEDDED = --configuration release --traits Embedded --scratch-path .build-embedded
# The other programs carry the runtime with them, so that they run where no Swift is installed.
STATIC = --configuration release --static-swift-stdlib --scratch-path .build-release

BUILD_PACKAGES = libpam0g-dev libssl-dev liblmdb-dev
DEMO_PACKAGES = python3
TEST_PACKAGES = curl swaks python3 mandoc dovecot-imapd ucspi-tcp qpsmtpd

MANUALS = pam-checkpwd.8 checkpwdctl.8 smtp-auth.8

.PHONY: all pam-checkpwd release demo test install clean

all: release

pam-checkpwd:
	@Tests/Stage/packages $(BUILD_PACKAGES)
	@echo "Building pam-checkpwd, about half a minute ..."
	$(SWIFT) build $(EMBEDDED) --product pam-checkpwd

release: pam-checkpwd
	@echo "Building checkpwdctl and smtp-auth for release, about 5 minutes the first time ..."
	$(SWIFT) build $(STATIC) --product checkpwdctl
	$(SWIFT) build $(STATIC) --product smtp-auth

demo: pam-checkpwd
	@Tests/Stage/packages $(DEMO_PACKAGES)
	@echo "Building checkpwdctl and smtp-auth, about 3 minutes the first time ..."
	$(SWIFT) build --product checkpwdctl
	$(SWIFT) build --product smtp-auth
	@Tests/Stage/private-etc Tests/Stage/demo

# Without root, the tests that need real accounts are skipped, and counted as skipped.
test: pam-checkpwd
	@Tests/Stage/packages $(TEST_PACKAGES)
	@echo "Building everything and its tests, about 5 minutes the first time ..."
	$(SWIFT) build --build-tests
	@if [ "$$(id -u)" -eq 0 ]; then exec Tests/Stage/private-etc $(SWIFT) test --skip-build --disable-xctest; \
	else exec $(SWIFT) test --skip-build --disable-xctest; fi

install: release
	install -d "$(DESTDIR)$(PREFIX)/sbin" "$(DESTDIR)$(PREFIX)/share/man/man8" "$(DESTDIR)$(SYSCONFDIR)/pam.d"
	install -s -m 0755 .build-embedded/release/pam-checkpwd "$(DESTDIR)$(PREFIX)/sbin/pam-checkpwd"
	install -s -m 0755 .build-release/release/checkpwdctl .build-release/release/smtp-auth "$(DESTDIR)$(PREFIX)/sbin"
	for page in $(MANUALS); do \
	    install -m 0644 "docs/$$page" "$(DESTDIR)$(PREFIX)/share/man/man8/$$page" || exit; done
	@# What the administrator wrote is never overwritten.
	@service="$(DESTDIR)$(SYSCONFDIR)/pam.d/pam-checkpwd"; \
	if [ -e "$$service" ]; then echo "$$service is there already, and is left as it is."; \
	else install -m 0644 pam.d/pam-checkpwd "$$service"; fi

clean:
	rm -rf .build .build-embedded .build-release
