#include "certificate_helper.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static void append_bio(struct buffer *out, BIO *bio)
{
    char *text;
    long nbytes = BIO_get_mem_data(bio, &text);
    buffer_append(out, span_make(text, (size_t)nbytes));
    (void)BIO_free(bio);
}

void certificate_make(struct buffer *certificate_pem, struct buffer *key_pem)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    ENSURE(pair != NULL && x509 != NULL);
    ENSURE(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME *name = X509_get_subject_name(x509);
    ENSURE(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1,
                                      -1, 0) == 1);
    ENSURE(X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, pair) == 1);
    ENSURE(X509_sign(x509, pair, EVP_sha256()) > 0);
    BIO *bio = BIO_new(BIO_s_mem());
    ENSURE(PEM_write_bio_X509(bio, x509) == 1);
    append_bio(certificate_pem, bio);
    bio = BIO_new(BIO_s_mem());
    ENSURE(PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL) == 1);
    append_bio(key_pem, bio);
    X509_free(x509);
    EVP_PKEY_free(pair);
}
