@testable import PAMDoctor

extension CorpusStack {
    static let all: [CorpusStack] = [
        CorpusStack(
            "Debian",
            including: [
                "common-auth": """
                auth [success=1 default=ignore] pam_unix.so nullok
                auth requisite pam_deny.so
                auth required pam_permit.so
                auth optional pam_cap.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                """,
                "common-session-noninteractive": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Ubuntu, with a session of logind's",
            including: [
                "common-auth": """
                auth [success=1 default=ignore] pam_unix.so nullok
                auth requisite pam_deny.so
                auth required pam_permit.so
                auth optional pam_cap.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session optional pam_umask.so
                session required pam_unix.so
                session optional pam_systemd.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
                "note common-session:6 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Debian with pam_mkhomedir",
            including: [
                "common-auth": """
                auth [success=1 default=ignore] pam_unix.so nullok
                auth requisite pam_deny.so
                auth required pam_permit.so
                auth optional pam_cap.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                session optional pam_mkhomedir.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Debian with SSSD",
            including: [
                "common-auth": """
                auth [success=2 default=ignore] pam_unix.so nullok
                auth [success=1 default=ignore] pam_sss.so use_first_pass
                auth requisite pam_deny.so
                auth required pam_permit.so
                auth optional pam_cap.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                account sufficient pam_localuser.so
                account [default=bad success=ok user_unknown=ignore] pam_sss.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                session optional pam_sss.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-auth:2 unavailable reads as a wrong password: pam_sss.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Debian with nslcd",
            including: [
                "common-auth": """
                auth [success=2 default=ignore] pam_unix.so nullok
                auth [success=1 default=ignore] pam_ldap.so minimum_uid=1000 use_first_pass
                auth requisite pam_deny.so
                auth required pam_permit.so
                """,
                "common-account": """
                account [success=2 new_authtok_reqd=done default=ignore] pam_unix.so
                account [success=1 default=ignore] pam_ldap.so minimum_uid=1000
                account requisite pam_deny.so
                account required pam_permit.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-auth:2 unavailable reads as a wrong password: pam_ldap.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning common-account:2 unavailable reads as a refusal: pam_ldap.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Debian with Kerberos",
            including: [
                "common-auth": """
                auth [success=2 default=ignore] pam_krb5.so minimum_uid=1000
                auth [success=1 default=ignore] pam_unix.so nullok try_first_pass
                auth requisite pam_deny.so
                auth required pam_permit.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                account required pam_krb5.so minimum_uid=1000
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_krb5.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-auth:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Debian with Winbind",
            including: [
                "common-auth": """
                auth [success=2 default=ignore] pam_unix.so nullok
                auth [success=1 default=ignore] pam_winbind.so krb5_auth krb5_ccache_type=FILE cached_login try_first_pass
                auth requisite pam_deny.so
                auth required pam_permit.so
                """,
                "common-account": """
                account [success=2 new_authtok_reqd=done default=ignore] pam_unix.so
                account [success=1 new_authtok_reqd=done default=ignore] pam_winbind.so
                account requisite pam_deny.so
                account required pam_permit.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-auth:2 unavailable reads as a wrong password: pam_winbind.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning common-account:2 unavailable reads as a refusal: pam_winbind.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Debian hardened by CIS, with pam_faillock",
            including: [
                "common-auth": """
                auth requisite pam_faillock.so preauth
                auth [success=2 default=ignore] pam_unix.so nullok
                auth [default=die] pam_faillock.so authfail
                auth requisite pam_deny.so
                auth required pam_permit.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                account required pam_faillock.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns perm_denied",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
                "note common-auth:1 pam_faillock counts mail logins",
            ]),
        CorpusStack(
            "Debian hardened by an older CIS, with pam_tally2",
            including: [
                "common-auth": """
                auth required pam_tally2.so onerr=fail audit silent deny=5 unlock_time=900
                auth [success=1 default=ignore] pam_unix.so nullok
                auth requisite pam_deny.so
                auth required pam_permit.so
                auth optional pam_cap.so
                """,
                "common-account": """
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                account required pam_tally2.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Debian with systemd-homed",
            including: [
                "common-auth": """
                auth [success=2 default=ignore] pam_systemd_home.so
                auth [success=1 default=ignore] pam_unix.so nullok try_first_pass
                auth requisite pam_deny.so
                auth required pam_permit.so
                """,
                "common-account": """
                account [success=2 default=ignore] pam_systemd_home.so
                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                account requisite pam_deny.so
                account required pam_permit.so
                """,
                "common-session": """
                session [default=1] pam_permit.so
                session requisite pam_deny.so
                session required pam_permit.so
                session required pam_unix.so
                """,
            ],
            [
                "warning common-auth:1 unavailable reads as a wrong password: pam_systemd_home.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-auth:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning common-account:1 unavailable reads as a refusal: pam_systemd_home.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning common-account:2 unavailable reads as a refusal: pam_unix.so answers authinfo_unavail, pam_acct_mgmt returns auth_err",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Red Hat 9, minimal profile",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth sufficient pam_unix.so nullok
            auth required pam_deny.so
            account required pam_unix.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            """,
            [
                "warning shared:3 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "note shared:8 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat 9, minimal profile with-faillock",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth required pam_faillock.so preauth silent
            auth sufficient pam_unix.so nullok
            auth required pam_faillock.so authfail
            auth required pam_deny.so
            account required pam_faillock.so
            account required pam_unix.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            """,
            [
                "warning shared:4 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "note shared:3 pam_faillock counts mail logins",
                "note shared:11 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat 9, sssd profile",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth [default=1 ignore=ignore success=ok] pam_localuser.so
            auth sufficient pam_unix.so nullok
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth sufficient pam_sss.so forward_pass
            auth required pam_deny.so
            account required pam_unix.so
            account sufficient pam_localuser.so
            account sufficient pam_usertype.so issystem
            account [default=bad success=ok user_unknown=ignore] pam_sss.so
            account required pam_permit.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            session optional pam_sss.so
            """,
            [
                "warning shared:5 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning shared:7 unavailable reads as a wrong password: pam_sss.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "note shared:16 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat 9, sssd profile with-faillock",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth required pam_faillock.so preauth silent
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth [default=1 ignore=ignore success=ok] pam_localuser.so
            auth sufficient pam_unix.so nullok
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth sufficient pam_sss.so forward_pass
            auth required pam_faillock.so authfail
            auth required pam_deny.so
            account required pam_faillock.so
            account required pam_unix.so
            account sufficient pam_localuser.so
            account sufficient pam_usertype.so issystem
            account [default=bad success=ok user_unknown=ignore] pam_sss.so
            account required pam_permit.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            session optional pam_sss.so
            """,
            [
                "warning shared:6 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning shared:8 unavailable reads as a wrong password: pam_sss.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "note shared:3 pam_faillock counts mail logins",
                "note shared:19 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat 9, sssd profile with-faillock with-mkhomedir with-pamaccess",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth required pam_faillock.so preauth silent
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth [default=1 ignore=ignore success=ok] pam_localuser.so
            auth sufficient pam_unix.so nullok
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth sufficient pam_sss.so forward_pass
            auth required pam_faillock.so authfail
            auth required pam_deny.so
            account required pam_access.so
            account required pam_faillock.so
            account required pam_unix.so
            account sufficient pam_localuser.so
            account sufficient pam_usertype.so issystem
            account [default=bad success=ok user_unknown=ignore] pam_sss.so
            account required pam_permit.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            session optional pam_oddjob_mkhomedir.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            session optional pam_sss.so
            """,
            [
                "warning shared:6 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning shared:8 unavailable reads as a wrong password: pam_sss.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "note svc:1 root may be admitted: it depends on rules in other files",
                "note shared:3 pam_faillock counts mail logins",
                "note shared:21 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat 9, winbind profile",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth sufficient pam_unix.so nullok
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth sufficient pam_winbind.so use_first_pass
            auth required pam_deny.so
            account required pam_unix.so broken_shadow
            account sufficient pam_localuser.so
            account sufficient pam_usertype.so issystem
            account [default=bad success=ok user_unknown=ignore] pam_winbind.so
            account required pam_permit.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            session optional pam_winbind.so
            """,
            [
                "warning shared:3 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning shared:5 unavailable reads as a wrong password: pam_winbind.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "note shared:14 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat 9, winbind profile with-faillock with-mkhomedir",
            shared: """
            auth required pam_env.so
            auth required pam_faildelay.so delay=2000000
            auth required pam_faillock.so preauth silent
            auth sufficient pam_unix.so nullok
            auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
            auth sufficient pam_winbind.so use_first_pass
            auth required pam_faillock.so authfail
            auth required pam_deny.so
            account required pam_faillock.so
            account required pam_unix.so broken_shadow
            account sufficient pam_localuser.so
            account sufficient pam_usertype.so issystem
            account [default=bad success=ok user_unknown=ignore] pam_winbind.so
            account required pam_permit.so
            session optional pam_keyinit.so revoke
            session required pam_limits.so
            session optional pam_oddjob_mkhomedir.so
            -session optional pam_systemd.so
            session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
            session required pam_unix.so
            session optional pam_winbind.so
            """,
            [
                "warning shared:4 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning shared:6 unavailable reads as a wrong password: pam_winbind.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "note shared:3 pam_faillock counts mail logins",
                "note shared:18 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "Red Hat hardened by CIS, sufficient pam_unix between the parts of pam_faillock",
            shared: """
            auth required pam_env.so
            auth required pam_faillock.so preauth silent audit deny=5 unlock_time=900
            auth sufficient pam_unix.so try_first_pass
            auth [default=die] pam_faillock.so authfail audit deny=5 unlock_time=900
            auth required pam_deny.so
            account required pam_faillock.so
            account required pam_unix.so
            session required pam_limits.so
            session required pam_unix.so
            """,
            [
                "warning shared:3 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns perm_denied",
                "warning svc:1 root is admitted",
                "note shared:2 pam_faillock counts mail logins",
            ]),
        CorpusStack(
            "Fedora's dovecot, on the minimal profile",
            [
                "svc": """
                auth required pam_nologin.so
                auth include shared
                account include shared
                session include shared
                """,
                "shared": """
                auth required pam_env.so
                auth required pam_faildelay.so delay=2000000
                auth sufficient pam_unix.so nullok
                auth required pam_deny.so
                account required pam_unix.so
                session optional pam_keyinit.so revoke
                session required pam_limits.so
                -session optional pam_systemd.so
                session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid
                session required pam_unix.so
                """,
            ],
            [
                "warning shared:3 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:1 root is admitted",
                "warning svc:1 pam_nologin.so rules passwords only",
                "note shared:8 pam_systemd.so makes a session of logind's out of each mail login",
            ]),
        CorpusStack(
            "SUSE",
            including: [
                "common-auth": """
                auth required pam_env.so
                auth required pam_unix.so try_first_pass
                """,
                "common-account": """
                account required pam_unix.so try_first_pass
                """,
                "common-session": """
                session required pam_limits.so
                session required pam_unix.so try_first_pass
                session optional pam_umask.so
                session optional pam_env.so
                """,
            ],
            [
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "SUSE with SSSD",
            including: [
                "common-auth": """
                auth required pam_env.so
                auth sufficient pam_unix.so try_first_pass
                auth required pam_sss.so use_first_pass
                """,
                "common-account": """
                account requisite pam_unix.so try_first_pass
                account sufficient pam_localuser.so
                account required pam_sss.so use_first_pass
                """,
                "common-session": """
                session required pam_limits.so
                session required pam_unix.so try_first_pass
                session optional pam_sss.so
                """,
            ],
            [
                "warning common-auth:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns user_unknown",
                "warning svc:2 root is admitted",
            ]),
        CorpusStack(
            "Arch's system-auth",
            shared: """
            auth required pam_faillock.so preauth
            -auth [success=2 default=ignore] pam_systemd_home.so
            auth [success=1 default=bad] pam_unix.so try_first_pass nullok
            auth [default=die] pam_faillock.so authfail
            auth optional pam_permit.so
            auth required pam_env.so
            auth required pam_faillock.so authsucc
            -account [success=1 default=ignore] pam_systemd_home.so
            account required pam_unix.so
            account optional pam_permit.so
            account required pam_time.so
            -session optional pam_systemd_home.so
            session required pam_limits.so
            session required pam_unix.so
            session optional pam_permit.so
            """,
            [
                "warning shared:2 unavailable reads as a wrong password: pam_systemd_home.so answers authinfo_unavail, pam_authenticate returns user_unknown",
                "warning shared:8 unavailable reads as a refusal: pam_systemd_home.so answers authinfo_unavail, pam_acct_mgmt returns user_unknown",
                "note svc:1 root may be admitted: it depends on rules in other files",
                "note shared:1 pam_faillock counts mail logins",
            ]),
        CorpusStack(
            "Alpine's base-auth",
            shared: """
            auth required pam_env.so
            auth required pam_unix.so nullok
            account required pam_nologin.so
            account required pam_unix.so
            session required pam_env.so
            session required pam_limits.so
            session required pam_unix.so
            """,
            [
                "warning svc:1 root is admitted",
            ]),
        CorpusStack(
            "SSSD alone",
            auth: """
            auth [success=1 ignore=ignore default=die] pam_sss.so
            auth requisite pam_deny.so
            auth required pam_permit.so
            """,
            [
                "warning svc:5 an account that has expired gets in",
            ]),
        CorpusStack(
            "SSSD after pam_unix, sufficient twice",
            auth: """
            auth sufficient pam_unix.so
            auth sufficient pam_sss.so use_first_pass
            auth required pam_deny.so
            """,
            [
                "warning svc:5 an account that has expired gets in",
                "warning svc:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns auth_err",
                "warning svc:3 unavailable reads as a wrong password: pam_sss.so answers authinfo_unavail, pam_authenticate returns auth_err",
            ]),
        CorpusStack(
            "SSSD before pam_unix, as the shipped file says",
            [
                "svc": """
                auth [success=ok ignore=ignore user_unknown=ignore default=bad] pam_succeed_if.so uid >= 1000 uid ne 65534 quiet
                auth [success=2 user_unknown=ignore ignore=ignore default=die] pam_sss.so
                auth [success=1 ignore=ignore default=die] pam_unix.so
                auth requisite pam_deny.so
                auth required pam_permit.so
                account required pam_succeed_if.so uid >= 1000 uid ne 65534 quiet
                account [success=1 user_unknown=ignore ignore=ignore default=die] pam_sss.so
                account required pam_unix.so
                session required pam_permit.so
                """,
            ],
            []),
        CorpusStack(
            "SSSD after pam_unix with user_unknown=ignore, as the shipped file said",
            auth: """
            auth [success=2 user_unknown=ignore ignore=ignore default=die] pam_unix.so
            auth [success=1 ignore=ignore default=die] pam_sss.so use_first_pass
            auth requisite pam_deny.so
            auth required pam_permit.so
            """,
            [
                "broken svc:2 the right password of an account of pam_sss is refused",
            ]),
        CorpusStack(
            "Kerberos alone",
            auth: """
            auth required pam_krb5.so no_ccache
            """,
            []),
        CorpusStack(
            "LDAP, sufficient",
            auth: """
            auth sufficient pam_ldap.so
            auth required pam_unix.so try_first_pass
            """,
            [
                "warning svc:2 unavailable reads as a wrong password: pam_ldap.so answers authinfo_unavail, pam_authenticate returns user_unknown",
            ]),
        CorpusStack(
            "RADIUS",
            auth: """
            auth required pam_radius_auth.so
            """,
            []),
        CorpusStack(
            "RADIUS and then pam_unix",
            auth: """
            auth sufficient pam_radius_auth.so
            auth required pam_unix.so use_first_pass
            """,
            [
                "warning svc:2 unavailable reads as a wrong password: pam_radius_auth.so answers authinfo_unavail, pam_authenticate returns user_unknown",
            ]),
        CorpusStack(
            "MySQL, for virtual users",
            [
                "svc": """
                auth required pam_mysql.so user=mail passwd=secret db=mail table=users usercolumn=name passwdcolumn=hash crypt=1
                account required pam_mysql.so user=mail passwd=secret db=mail table=users usercolumn=name passwdcolumn=hash crypt=1
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:1 root is admitted",
            ]),
        CorpusStack(
            "pam_userdb, as in vsftpd's manual",
            [
                "svc": """
                auth required pam_userdb.so db=/etc/vsftpd_login crypt=crypt
                account required pam_userdb.so db=/etc/vsftpd_login
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:1 root is admitted",
            ]),
        CorpusStack(
            "pam_pwdfile",
            [
                "svc": """
                auth required pam_pwdfile.so pwdfile=/etc/mail.passwd
                account required pam_permit.so
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:1 root is admitted",
            ]),
        CorpusStack(
            "google-authenticator with forward_pass",
            auth: """
            auth required pam_google_authenticator.so forward_pass
            auth required pam_unix.so use_first_pass
            """,
            [
                "note svc:2 pam_google_authenticator.so wants a code",
            ]),
        CorpusStack(
            "google-authenticator with forward_pass and nullok",
            auth: """
            auth required pam_google_authenticator.so forward_pass nullok
            auth required pam_unix.so use_first_pass
            """,
            [
                "warning svc:3 use_first_pass, and no line before it asks for the password",
                "note svc:2 pam_google_authenticator.so wants a code",
            ]),
        CorpusStack(
            "google-authenticator after the password",
            auth: """
            auth required pam_unix.so
            auth required pam_google_authenticator.so
            """,
            [
                "broken svc:3 pam_google_authenticator.so asks for more than a password",
            ]),
        CorpusStack(
            "google-authenticator alone",
            auth: """
            auth required pam_google_authenticator.so
            """,
            [
                "note svc:2 pam_google_authenticator.so wants a code",
            ]),
        CorpusStack(
            "google-authenticator for some, after the password",
            auth: """
            auth required pam_unix.so
            auth required pam_google_authenticator.so nullok
            """,
            [
                "broken svc:3 pam_google_authenticator.so asks for more than a password",
            ]),
        CorpusStack(
            "oath alone",
            auth: """
            auth required pam_oath.so usersfile=/etc/users.oath window=20 digits=6
            """,
            [
                "note svc:2 pam_oath.so wants a code",
            ]),
        CorpusStack(
            "oath before the password",
            auth: """
            auth required pam_oath.so usersfile=/etc/users.oath window=20 digits=6
            auth required pam_unix.so use_first_pass
            """,
            [
                "note svc:2 pam_oath.so wants a code",
            ]),
        CorpusStack(
            "oath after the password",
            auth: """
            auth required pam_unix.so
            auth required pam_oath.so usersfile=/etc/users.oath window=20 digits=6
            """,
            [
                "broken svc:3 pam_oath.so asks for more than a password",
            ]),
        CorpusStack(
            "Duo after the password",
            auth: """
            auth requisite pam_unix.so
            auth sufficient pam_duo.so
            auth required pam_deny.so
            """,
            [
                "warning svc:3 pam_duo.so asks a telephone",
            ]),
        CorpusStack(
            "YubiKey before the password",
            auth: """
            auth required pam_yubico.so id=16 authfile=/etc/yubikeys
            auth required pam_unix.so use_first_pass
            """,
            [
                "note svc:2 pam_yubico.so wants a code",
            ]),
        CorpusStack(
            "YubiKey or password",
            auth: """
            auth sufficient pam_yubico.so id=16 authfile=/etc/yubikeys
            auth required pam_unix.so try_first_pass
            """,
            [
                "note svc:2 pam_yubico.so wants a code",
            ]),
        CorpusStack(
            "a key in a socket, after the password",
            auth: """
            auth required pam_unix.so
            auth required pam_u2f.so cue
            """,
            [
                "broken svc:3 pam_u2f.so asks for more than a password",
            ]),
        CorpusStack(
            "a finger before the password",
            auth: """
            auth sufficient pam_fprintd.so
            auth required pam_unix.so
            """,
            [
                "warning svc:2 pam_fprintd.so asks for more than a password",
            ]),
        CorpusStack(
            "systemd-homed before pam_unix",
            auth: """
            -auth sufficient pam_systemd_home.so
            auth required pam_unix.so
            """,
            [
                "warning svc:2 unavailable reads as a wrong password: pam_systemd_home.so answers authinfo_unavail, pam_authenticate returns user_unknown",
            ]),
        CorpusStack(
            "pam_faillock of its manual's first example",
            auth: """
            auth required pam_faillock.so preauth
            auth sufficient pam_unix.so
            auth [default=die] pam_faillock.so authfail
            auth required pam_deny.so
            """,
            [
                "warning svc:3 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns perm_denied",
                "warning svc:2 pam_faillock has neither an authsucc part nor an account line",
            ]),
        CorpusStack(
            "pam_faillock of its manual's second example",
            auth: """
            auth required pam_faillock.so preauth
            auth [success=1 default=bad] pam_unix.so
            auth [default=die] pam_faillock.so authfail
            auth sufficient pam_faillock.so authsucc
            auth required pam_deny.so
            """,
            [
                "note svc:2 pam_faillock counts mail logins",
            ]),
        CorpusStack(
            "pam_faillock as the shipped file says",
            auth: """
            auth required pam_faillock.so preauth silent
            auth [success=1 ignore=ignore auth_err=bad user_unknown=bad default=die] pam_unix.so
            auth [default=die] pam_faillock.so authfail
            auth required pam_permit.so
            account required pam_faillock.so
            """,
            [
                "note svc:2 pam_faillock counts mail logins",
            ]),
        CorpusStack(
            "pam_tally2 before pam_unix",
            auth: """
            auth required pam_tally2.so deny=3
            auth required pam_unix.so
            account required pam_tally2.so
            """,
            []),
        CorpusStack(
            "a program that does not get the password",
            auth: """
            auth required pam_exec.so quiet /bin/true
            auth required pam_permit.so
            """,
            [
                "broken svc:3 lets anyone in",
            ]),
        CorpusStack(
            "a program that gets the password",
            auth: """
            auth required pam_exec.so expose_authtok /usr/local/bin/check
            auth required pam_permit.so
            """,
            [
                "note svc:2 pam_exec.so is not known here",
            ]),
        CorpusStack(
            "pam_env before a sufficient pam_unix",
            auth: """
            auth required pam_env.so
            auth sufficient pam_unix.so
            """,
            [
                "warning svc:1 only pam_setcred refuses a wrong password",
            ]),
        CorpusStack(
            "pam_env before a sufficient pam_unix, and nothing else",
            [
                "svc": """
                auth required pam_env.so
                auth sufficient pam_unix.so
                account required pam_succeed_if.so uid >= 1000 quiet
                account required pam_unix.so
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns perm_denied",
            ]),
        CorpusStack(
            "pam_nologin before a sufficient pam_unix",
            [
                "svc": """
                auth required pam_nologin.so
                auth sufficient pam_unix.so
                account required pam_nologin.so
                account required pam_succeed_if.so uid >= 1000 quiet
                account required pam_unix.so
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:2 unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail, pam_authenticate returns perm_denied",
            ]),
        CorpusStack(
            "pam_succeed_if before a sufficient pam_unix",
            auth: """
            auth sufficient pam_unix.so
            """,
            [
                "warning svc:1 only pam_setcred refuses a wrong password",
            ]),
        CorpusStack(
            "pam_shells before a sufficient pam_unix",
            [
                "svc": """
                auth required pam_shells.so
                auth sufficient pam_unix.so
                account required pam_unix.so
                session required pam_permit.so
                """,
            ],
            [
                "broken svc:1 lets anyone in",
                "warning svc:1 root is admitted",
                "warning svc:1 pam_shells.so rules passwords only",
            ]),
        CorpusStack(
            "account lines that permit everything",
            [
                "svc": """
                auth required pam_succeed_if.so uid >= 1000 quiet
                auth required pam_unix.so
                account required pam_succeed_if.so uid >= 1000 quiet
                account required pam_permit.so
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:3 an account that has expired gets in",
            ]),
        CorpusStack(
            "account required pam_permit.so alone",
            [
                "svc": """
                auth required pam_unix.so
                account required pam_permit.so
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:2 an account that has expired gets in",
                "warning svc:1 root is admitted",
            ]),
        CorpusStack(
            "SSSD, account lines that permit everything",
            [
                "svc": """
                auth required pam_succeed_if.so uid >= 1000 quiet
                auth required pam_sss.so
                account required pam_succeed_if.so uid >= 1000 quiet
                account required pam_permit.so
                session required pam_permit.so
                """,
            ],
            [
                "warning svc:3 an account that has expired gets in",
            ]),
        CorpusStack(
            "use_first_pass on the first line",
            auth: """
            auth required pam_unix.so use_first_pass
            """,
            [
                "broken svc:2 use_first_pass, and no line before it asks for the password",
            ]),
        CorpusStack(
            "use_first_pass on the only directory",
            auth: """
            auth required pam_env.so
            auth [success=1 default=die] pam_sss.so use_first_pass
            auth requisite pam_deny.so
            auth required pam_permit.so
            """,
            [
                "broken svc:3 use_first_pass, and no line before it asks for the password",
            ]),
        CorpusStack(
            "a directory that is asked only for accounts of its own, and gets no password",
            auth: """
            auth [success=1 default=ignore] pam_localuser.so
            auth sufficient pam_sss.so use_first_pass
            auth required pam_unix.so
            """,
            [
                "broken svc:3 use_first_pass, and no line before it asks for the password",
            ]),
        CorpusStack(
            "pam_wheel with trust",
            auth: """
            auth sufficient pam_wheel.so trust
            auth required pam_unix.so
            """,
            [
                "broken svc:2 lets anyone in",
            ]),
        CorpusStack(
            "pam_rootok",
            auth: """
            auth sufficient pam_rootok.so
            auth required pam_unix.so
            """,
            [
                "broken svc:2 lets anyone in",
            ]),
        CorpusStack(
            "pam_access before pam_unix",
            auth: """
            auth required pam_access.so
            auth required pam_unix.so
            account required pam_access.so
            """,
            []),
        CorpusStack(
            "vsftpd's list of users, and shells",
            auth: """
            auth required pam_listfile.so item=user sense=deny file=/etc/ftpusers onerr=succeed
            auth required pam_unix.so
            account required pam_listfile.so item=user sense=deny file=/etc/ftpusers onerr=succeed
            """,
            []),
    ]
}
