#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "net/carrier_tls.h"

const char *tls_error_text(const char *otherwise)
{
    unsigned long number = ERR_peek_error();
    const char *reason = number == 0 ? NULL : ERR_reason_error_string(number);
    ERR_clear_error();
    return reason == NULL ? otherwise : reason;
}

static struct net_tls *tls_new(const SSL_METHOD *method)
{
    struct net_tls *tls = mem_alloc(sizeof *tls);
    tls->context = SSL_CTX_new(method);
    ENSURE(tls->context != NULL);
    (void)SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    (void)SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                             SSL_MODE_RELEASE_BUFFERS);
    return tls;
}

void net_tls_free(struct net_tls **tls)
{
    if (*tls == NULL)
        return;
    SSL_CTX_free((*tls)->context);
    free(*tls);
    *tls = NULL;
}

struct net_tls *net_tls_client_new(const struct net_tls_options *options, struct err *err)
{
    struct net_tls *tls = tls_new(TLS_client_method());
    if (options == NULL || !options->verify)
        return tls;
    tls->verify = true;
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    int is_ok = options->ca_file == NULL
                    ? SSL_CTX_set_default_verify_paths(tls->context)
                    : SSL_CTX_load_verify_locations(tls->context, options->ca_file, NULL);
    if (is_ok == 1)
        return tls;
    (void)err_set(err, NULL, 0, 0, "%s: no usable certificates: %s",
                  options->ca_file == NULL ? "system" : options->ca_file,
                  tls_error_text("unknown error"));
    net_tls_free(&tls);
    return NULL;
}

static BIO *open_pem(struct span pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, pem.nbytes > INT32_MAX ? 0 : (int)pem.nbytes);
    ENSURE(bio != NULL);
    return bio;
}

/* Asked for by an encrypted key instead of asking the user. */
static char no_password[] = "";

/* The first certificate is the server's, the others lead to the authority. */
static bool use_chain(SSL_CTX *context, struct span pem)
{
    BIO *bio = open_pem(pem);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, no_password);
    bool is_ok = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1;
    X509_free(certificate);
    while (is_ok && (certificate = PEM_read_bio_X509(bio, NULL, NULL, no_password)) != NULL)
        is_ok = SSL_CTX_add0_chain_cert(context, certificate) == 1;
    if (is_ok)
        ERR_clear_error(); /* the end of the text is an error to PEM_read_bio_X509() */
    BIO_free(bio);
    return is_ok;
}

static bool use_key(SSL_CTX *context, struct span pem)
{
    BIO *bio = open_pem(pem);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, no_password);
    bool is_ok = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
                 SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(key);
    BIO_free(bio);
    return is_ok;
}

struct net_tls *net_tls_server_new(struct span certificate_pem, struct span key_pem,
                                   struct err *err)
{
    struct net_tls *tls = tls_new(TLS_server_method());
    const char *what = "certificate";
    bool is_ok = use_chain(tls->context, certificate_pem);
    if (is_ok) {
        what = "private key";
        is_ok = use_key(tls->context, key_pem);
    }
    if (is_ok)
        return tls;
    (void)err_set(err, NULL, 0, 0, "%s: %s", what, tls_error_text("unusable"));
    net_tls_free(&tls);
    return NULL;
}
