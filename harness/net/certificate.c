#include "net/certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "net/carrier_tls.h"

enum { DAY_S = 24 * 3600, NAME_NBYTES = 256 };

static void append_bio(struct buffer *out, BIO *bio)
{
    char *text;
    long nbytes = BIO_get_mem_data(bio, &text);
    buffer_append(out, span_make(text, (size_t)nbytes));
    (void)BIO_free(bio);
}

static bool add_extension(X509 *x509, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    bool is_ok = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_ok;
}

static bool is_address(const char *host)
{
    struct in6_addr room;
    return inet_pton(AF_INET, host, &room) == 1 || inet_pton(AF_INET6, host, &room) == 1;
}

static bool set_name(X509 *x509, const char *host)
{
    char names[NAME_NBYTES + 8];
    X509_NAME *subject = X509_get_subject_name(x509);
    int n = snprintf(names, sizeof names, "%s:%s", is_address(host) ? "IP" : "DNS", host);
    return n > 0 && (size_t)n < sizeof names &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                      (const unsigned char *)"imapspec", -1, -1, 0) == 1 &&
           X509_set_issuer_name(x509, subject) == 1 &&
           add_extension(x509, NID_subject_alt_name, names) &&
           add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
}

static bool sign(X509 *x509, EVP_PKEY *pair, const char *host)
{
    enum { VERSION_3 = 2, LIFE_S = 30 * DAY_S };
    ASN1_INTEGER *serial = X509_get_serialNumber(x509);
    return X509_set_version(x509, VERSION_3) == 1 && ASN1_INTEGER_set(serial, 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(x509), -DAY_S) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(x509), LIFE_S) != NULL && set_name(x509, host) &&
           X509_set_pubkey(x509, pair) == 1 && X509_sign(x509, pair, EVP_sha256()) > 0;
}

int net_certificate_make(const char *host, struct buffer *certificate_pem, struct buffer *key_pem,
                         struct err *err)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    bool is_ok = pair != NULL && x509 != NULL && sign(x509, pair, host);
    BIO *certificate = BIO_new(BIO_s_mem());
    BIO *key = BIO_new(BIO_s_mem());
    is_ok = is_ok && PEM_write_bio_X509(certificate, x509) == 1 &&
            PEM_write_bio_PrivateKey(key, pair, NULL, NULL, 0, NULL, NULL) == 1;
    append_bio(certificate_pem, certificate);
    append_bio(key_pem, key);
    X509_free(x509);
    EVP_PKEY_free(pair);
    return is_ok ? 0
                 : err_set(err, NULL, 0, 0, "no certificate for %s: %s", host,
                           tls_error_text("unknown error"));
}
