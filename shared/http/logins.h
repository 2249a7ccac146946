/*
 * logins: the people who may ask, `Authorization: Basic` (RFC 7617), and their passwords.
 *
 * They are kept in a file of lines `login:hash`, as mkpasswd and htpasswd -B write them; the system's crypt(3) checks a hash, which for
 * bcrypt at cost 10 takes some 50 ms.  What was found right is therefore remembered for an hour, as long as the line stays as it is.
 */
#ifndef CM_LOGINS_H
#define CM_LOGINS_H

#include <stdbool.h>
#include <stddef.h>

enum { CM_LOGIN_TEXT = 128 + 1, CM_PASSWORD_TEXT = 256 + 1 };

struct cm_login {
	char name[CM_LOGIN_TEXT];
	char password[CM_PASSWORD_TEXT];
};

/* Reads what follows "Basic "; false where it is malformed, too long, or has a control character in it, be it the NUL that crypt(3)
 * would end at. */
bool cm_login_parse(const char *credentials, struct cm_login *login);

/* The file as a program that answers keeps it. */
struct cm_logins;

/* No file is read yet.  NULL for want of memory or of random bytes.  cm_logins_close takes NULL. */
struct cm_logins *cm_logins_open(const char *path);
void cm_logins_close(struct cm_logins *logins);

/* Reads the file where it has changed since.  A missing file holds nobody.  CM_EIO, and nobody, where it cannot be read or is over a
 * mebibyte; CM_ENOMEM. */
int cm_logins_refresh(struct cm_logins *logins);

/* Whether the password was found right lately, for the line that the login has now; takes no time. */
bool cm_logins_remember(const struct cm_logins *logins, const struct cm_login *login);
/* Whether the password is right; takes as long for a login that there is not. */
bool cm_logins_check(struct cm_logins *logins, const struct cm_login *login);

#endif
