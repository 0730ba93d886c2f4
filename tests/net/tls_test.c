#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "echo_helper.h"
#include "net/server.h"
#include "net/tls.h"

static struct net_loop *loop;
static struct net_server *server;
static struct net_tls *server_tls, *client_tls;
static struct buffer certificate, key;
static int nfreed;

static void append_bio(struct buffer *out, BIO *bio)
{
    char *text;
    long nbytes = BIO_get_mem_data(bio, &text);
    buffer_append(out, span_make(text, (size_t)nbytes));
    (void)BIO_free(bio);
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* A certificate for 127.0.0.1, signed by itself, good for an hour. */
static void make_certificate(struct buffer *certificate_pem, struct buffer *key_pem)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    assert_true(pair != NULL && x509 != NULL);
    assert_int_equal(X509_set_version(x509, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME *name = X509_get_subject_name(x509);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                                (const unsigned char *)"imapspec test", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(x509, name), 1);
    assert_int_equal(X509_set_pubkey(x509, pair), 1);
    add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(x509, NID_subject_alt_name, "IP:127.0.0.1");
    assert_true(X509_sign(x509, pair, EVP_sha256()) > 0);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
    append_bio(certificate_pem, bio);
    bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL), 1);
    append_bio(key_pem, bio);
    X509_free(x509);
    EVP_PKEY_free(pair);
}

static bool accept_one(void *context, struct net_connection *connection, struct net_peer *peer_r)
{
    (void)context;
    (void)connection;
    struct echo *echo = echo_new(net_loop_clock(loop));
    echo->nfreed = &nfreed;
    echo->output_limit = 100000;
    buffer_append_text(&echo->out, "hi");
    *peer_r = echo_peer(echo);
    return true;
}

static int begin(void **state)
{
    struct err err;
    (void)state;
    make_certificate(&certificate, &key);
    loop = net_loop_new();
    server_tls = net_tls_server_new(buffer_span(&certificate), buffer_span(&key), &err);
    client_tls = net_tls_client_new(NULL, &err);
    struct net_server_options options = {.tls = server_tls, .accept = accept_one};
    server = net_server_listen(loop, &options, &err);
    return server_tls == NULL || client_tls == NULL || server == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    net_server_close(&server);
    net_tls_free(&server_tls);
    net_tls_free(&client_tls);
    net_loop_free(&loop);
    buffer_free(&certificate);
    buffer_free(&key);
    return 0;
}

static struct carrier *open_tls(struct net_tls *tls, struct err *err)
{
    return carrier_open_tls(loop, "127.0.0.1", net_server_port(server), tls,
                            echo_in_us(loop, 5000000), err);
}

static struct carrier *open_and_greet(void)
{
    struct err err;
    struct carrier *c = open_tls(client_tls, &err);
    assert_non_null(c);
    echo_await(loop, c, 2);
    assert_true(span_is(buffer_span(carrier_input(c)), "hi"));
    buffer_clear(carrier_input(c));
    return c;
}

static void test_echo(void **state)
{
    char name[64];
    (void)state;
    struct carrier *c = open_and_greet();
    (void)snprintf(name, sizeof name, "tls 127.0.0.1:%u", net_server_port(server));
    assert_string_equal(carrier_name(c), name);
    for (int i = 0; i < 50; i++)
        echo_round_trip(loop, c, SPAN_LIT("a command\r\n"));
    carrier_half_close(c);
    echo_await(loop, c, SPAN_NPOS);
    assert_true(carrier_at_eof(c));
    assert_string_equal(carrier_error(c), "");
    assert_false(carrier_was_reset(c));
    assert_true(span_is(buffer_span(carrier_input(c)), "bye"));
    carrier_close(&c);
}

static void test_much_both_ways(void **state)
{
    enum { MUCH = 6 * 1024 * 1024 };
    struct buffer much = {0};
    size_t got = 0;
    (void)state;
    struct carrier *c = open_and_greet();
    buffer_append_repeat(&much, 'x', MUCH);
    carrier_send(c, buffer_span(&much));
    net_sleep(loop, echo_in_us(loop, 100000));
    assert_true(carrier_input(c)->nbytes <= NET_INPUT_LIMIT);
    int64_t until_us = echo_in_us(loop, 20000000);
    while (got < MUCH) {
        assert_true(net_wait(loop, until_us));
        assert_true(carrier_input(c)->nbytes <= NET_INPUT_LIMIT);
        got += carrier_input(c)->nbytes;
        buffer_clear(carrier_input(c));
    }
    assert_int_equal(got, MUCH);
    assert_int_equal(carrier_nunsent(c), 0);
    buffer_free(&much);
    carrier_close(&c);
}

static void test_reset(void **state)
{
    (void)state;
    struct carrier *c = open_and_greet();
    int before = nfreed;
    carrier_reset(c);
    assert_true(carrier_at_eof(c));
    for (int i = 0; i < 1000 && nfreed == before; i++)
        net_sleep(loop, echo_in_us(loop, 1000));
    assert_int_equal(nfreed, before + 1);
    carrier_close(&c);
}

/* The peer's stream ends without a word of TLS. */
static void test_truncation(void **state)
{
    struct err err;
    (void)state;
    struct net_listener *listener = net_listener_open(loop, "127.0.0.1", 0, &err);
    assert_non_null(listener);
    struct carrier *plain = carrier_open_tcp(loop, "127.0.0.1", net_listener_port(listener),
                                             echo_in_us(loop, 5000000), &err);
    assert_non_null(plain);
    struct carrier *tls;
    while ((tls = carrier_accept(listener, server_tls)) == NULL)
        assert_true(net_wait(loop, echo_in_us(loop, 5000000)));
    carrier_send(tls, SPAN_LIT("waits for the handshake"));
    assert_true(carrier_nunsent(tls) > 0);
    carrier_close(&plain);
    echo_await(loop, tls, 1);
    assert_true(carrier_at_eof(tls) && carrier_was_reset(tls));
    assert_string_equal(carrier_error(tls), "TLS: stream ended without close_notify");
    carrier_close(&tls);
    net_listener_close(&listener);
}

static void test_peer_that_speaks_no_tls(void **state)
{
    struct err err;
    (void)state;
    struct net_server_options options = {.accept = accept_one};
    struct net_server *plain = net_server_listen(loop, &options, &err);
    assert_non_null(plain);
    assert_null(carrier_open_tls(loop, "127.0.0.1", net_server_port(plain), client_tls,
                                 echo_in_us(loop, 5000000), &err));
    assert_true(span_find(span_of(err.text), SPAN_LIT("TLS handshake: TLS: ")) != SPAN_NPOS);
    net_server_close(&plain);
    struct net_listener *silent = net_listener_open(loop, "127.0.0.1", 0, &err);
    assert_null(carrier_open_tls(loop, "127.0.0.1", net_listener_port(silent), client_tls,
                                 echo_in_us(loop, 50000), &err));
    assert_true(span_ends_with(span_of(err.text), SPAN_LIT("TLS handshake: no answer in time")));
    net_listener_close(&silent);
}

static void test_verification(void **state)
{
    struct err err;
    char path[] = "/tmp/tls_test.XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, buffer_span(&certificate).data, certificate.nbytes),
                     certificate.nbytes);
    struct net_tls *strict = net_tls_client_new(&(struct net_tls_options){.verify = true}, &err);
    assert_non_null(strict);
    assert_null(open_tls(strict, &err));
    assert_true(span_ends_with(span_of(err.text), SPAN_LIT("certificate verify failed")));
    net_tls_free(&strict);
    struct net_tls_options options = {.verify = true, .ca_file = path};
    strict = net_tls_client_new(&options, &err);
    assert_non_null(strict);
    struct carrier *c = open_tls(strict, &err);
    assert_non_null(c);
    carrier_close(&c);
    /* The certificate is for the address alone. */
    assert_null(carrier_open_tls(loop, "localhost", net_server_port(server), strict,
                                 echo_in_us(loop, 5000000), &err));
    net_tls_free(&strict);
    options.ca_file = "/nowhere/at/all";
    assert_null(net_tls_client_new(&options, &err));
    assert_true(
        span_starts_with(span_of(err.text), SPAN_LIT("/nowhere/at/all: no usable certificates")));
    (void)close(fd);
    (void)unlink(path);
}

static void test_unusable_identities(void **state)
{
    struct err err;
    struct buffer other_certificate = {0}, other_key = {0};
    (void)state;
    make_certificate(&other_certificate, &other_key);
    assert_null(net_tls_server_new(SPAN_LIT("nonsense"), buffer_span(&key), &err));
    assert_true(span_starts_with(span_of(err.text), SPAN_LIT("certificate: ")));
    assert_null(net_tls_server_new(buffer_span(&certificate), SPAN_LIT("nonsense"), &err));
    assert_true(span_starts_with(span_of(err.text), SPAN_LIT("private key: ")));
    assert_null(net_tls_server_new(buffer_span(&certificate), buffer_span(&other_key), &err));
    assert_string_equal(err.text, "private key: key values mismatch");
    buffer_free(&other_certificate);
    buffer_free(&other_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_echo, begin, end),
        cmocka_unit_test_setup_teardown(test_much_both_ways, begin, end),
        cmocka_unit_test_setup_teardown(test_reset, begin, end),
        cmocka_unit_test_setup_teardown(test_truncation, begin, end),
        cmocka_unit_test_setup_teardown(test_peer_that_speaks_no_tls, begin, end),
        cmocka_unit_test_setup_teardown(test_verification, begin, end),
        cmocka_unit_test_setup_teardown(test_unusable_identities, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
