/* logins: the people who may ask, and their passwords; see logins.h. */
#include "config.h"

#include "logins.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <crypt.h>
#include <sha2.h>

#include "error.h"
#include "keys_own.h"

enum { REMEMBERED = 256, REMEMBER_S = 3600, SEED_BYTES = 32 };

/* That a password was right: a digest over it, the login and the line of the file, seeded, so that memory holds no password. */
struct proof {
	uint8_t digest[SHA256_DIGEST_LENGTH];
	time_t until;
};

struct cm_logins {
	char *path;
	struct cm_keys_seen seen;
	struct cm_keys_image image;
	uint8_t seed[SEED_BYTES];
	struct proof proofs[REMEMBERED];
	struct crypt_data crypt;
};

/* Sextets, RFC 4648, 4; -1: none. */
static int
sextet(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* The length of what is decoded into `out`; -1: it is no base64, or too long. */
static long
decode(const char *text, char *out, size_t room)
{
	unsigned bits = 0;
	size_t length = 0, digits;

	for (digits = 0; sextet(text[digits]) >= 0; digits++) {
		bits = bits << 6 | (unsigned)sextet(text[digits]);
		if (digits % 4 == 0)
			continue;
		if (length == room)
			return -1;
		out[length++] = (char)(bits >> (6 - 2 * (digits % 4)) & 0xff);
	}
	return digits % 4 != 1 && text[digits + strspn(text + digits, "=")] == '\0' ? (long)length : -1;
}

bool
cm_login_parse(const char *credentials, struct cm_login *login)
{
	char text[CM_LOGIN_TEXT + CM_PASSWORD_TEXT];
	long length, i;
	char *colon;

	if ((length = decode(credentials, text, sizeof text - 1)) < 0)
		return false;
	for (i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	text[length] = '\0';
	if ((colon = strchr(text, ':')) == NULL || colon - text >= CM_LOGIN_TEXT || strlen(colon + 1) >= CM_PASSWORD_TEXT)
		return false;
	*colon = '\0';
	strcpy(login->name, text);
	strcpy(login->password, colon + 1);
	return login->name[0] != '\0';
}

struct cm_logins *
cm_logins_open(const char *path)
{
	struct cm_logins *logins = calloc(1, sizeof *logins);

	if (logins == NULL || (logins->path = strdup(path)) == NULL || getrandom(logins->seed, SEED_BYTES, 0) != SEED_BYTES) {
		cm_logins_close(logins);
		return NULL;
	}
	return logins;
}

void
cm_logins_close(struct cm_logins *logins)
{
	if (logins == NULL)
		return;
	free(logins->image.text);
	free(logins->path);
	free(logins);
}

int
cm_logins_refresh(struct cm_logins *logins)
{
	struct cm_keys_image image = { 0 };
	int rc;

	if ((rc = cm_keys_image_refresh(logins->path, &logins->seen, &image)) == 0)
		return 0;
	if (rc < 0)
		image.length = 0;
	free(logins->image.text);
	logins->image = image;
	return rc;
}

/* The hash of a login, and its length; without a login that of the first line.  NULL where there is none. */
static const char *
hash_of(const struct cm_logins *logins, const char *name, size_t *length)
{
	size_t at = 0, line_length, name_length = name != NULL ? strlen(name) : 0;
	const char *line, *hash;

	while ((line = cm_keys_image_line(&logins->image, &at, &line_length)) != NULL) {
		if (line_length == 0 || *line == '#' || (hash = memchr(line, ':', line_length)) == NULL)
			continue;
		if (name != NULL && ((size_t)(hash - line) != name_length || memcmp(line, name, name_length) != 0))
			continue;
		hash++;
		*length = line_length - (size_t)(hash - line);
		if (memchr(hash, ':', *length) != NULL)
			*length = (size_t)((const char *)memchr(hash, ':', *length) - hash);
		return hash;
	}
	return NULL;
}

static void
make_digest(const struct cm_logins *logins, const struct cm_login *login, const char *hash, size_t length, uint8_t digest[])
{
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, logins->seed, SEED_BYTES);
	SHA256Update(&sha, (const uint8_t *)login->name, strlen(login->name) + 1);
	SHA256Update(&sha, (const uint8_t *)login->password, strlen(login->password) + 1);
	SHA256Update(&sha, (const uint8_t *)hash, length);
	SHA256Final(digest, &sha);
}

/* Where a digest is kept is as random as it is. */
static size_t
place_of(const uint8_t digest[])
{
	return digest[0] % REMEMBERED;
}

bool
cm_logins_remember(const struct cm_logins *logins, const struct cm_login *login)
{
	uint8_t digest[SHA256_DIGEST_LENGTH], differ = 0;
	const struct proof *proof;
	const char *hash;
	size_t length, i;

	if ((hash = hash_of(logins, login->name, &length)) == NULL)
		return false;
	make_digest(logins, login, hash, length, digest);
	proof = &logins->proofs[place_of(digest)];
	for (i = 0; i < sizeof digest; i++)
		differ |= digest[i] ^ proof->digest[i];
	return differ == 0 && time(NULL) < proof->until;
}

static bool
matches(struct cm_logins *logins, const char *password, const char *hash, size_t length)
{
	char setting[CRYPT_OUTPUT_SIZE];
	const char *made;

	if (length >= sizeof setting)
		return false;
	memcpy(setting, hash, length);
	setting[length] = '\0';
	made = crypt_rn(password, setting, &logins->crypt, (int)sizeof logins->crypt);
	return made != NULL && *setting == '$' && strcmp(made, setting) == 0;
}

bool
cm_logins_check(struct cm_logins *logins, const struct cm_login *login)
{
	size_t length = 0;
	const char *hash = hash_of(logins, login->name, &length);
	bool known = hash != NULL, right;
	uint8_t digest[SHA256_DIGEST_LENGTH];

	if (!known && (hash = hash_of(logins, NULL, &length)) == NULL)
		return false;
	right = matches(logins, login->password, hash, length) && known;
	explicit_bzero(&logins->crypt, sizeof logins->crypt);
	if (right) {
		make_digest(logins, login, hash, length, digest);
		memcpy(logins->proofs[place_of(digest)].digest, digest, sizeof digest);
		logins->proofs[place_of(digest)].until = time(NULL) + REMEMBER_S;
	}
	return right;
}
