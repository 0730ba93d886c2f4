#include "net/carrier_tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "net/carrier.h"
#include "net/stream.h"

enum {
    TLS_RAW_NBYTES = 64 * 1024,   /* encrypted octets read ahead */
    TLS_PIECE_NBYTES = 16 * 1024, /* the longest record */
};

struct carrier_tls {
    struct carrier common;
    struct stream stream;
    struct buffer raw;   /* received, not given to OpenSSL yet */
    struct buffer plain; /* sent before the handshake was over */
    SSL *ssl;
    BIO *from_peer, *to_peer; /* owned by ssl */
    bool is_ready;            /* the handshake is over */
    bool ends_sending;
};

static struct carrier_tls *tls_of(struct carrier *c)
{
    return (struct carrier_tls *)c;
}

bool carrier_tls_is_ready(const struct carrier *c)
{
    return ((const struct carrier_tls *)c)->is_ready;
}

/* What OpenSSL wants to send goes into the stream. */
static void flush_records(struct carrier_tls *c)
{
    char *records;
    long nbytes = BIO_get_mem_data(c->to_peer, &records);
    if (nbytes <= 0)
        return;
    stream_write(&c->stream, span_make(records, (size_t)nbytes));
    (void)BIO_reset(c->to_peer);
}

static void broke(struct carrier_tls *c, const char *otherwise)
{
    if (!c->common.at_eof)
        carrier_broke(&c->common, "TLS", tls_error_text(otherwise));
    ERR_clear_error();
}

/* True when OpenSSL only waits for more octets; else the carrier has ended. */
static bool only_waits(struct carrier_tls *c, int status)
{
    switch (SSL_get_error(c->ssl, status)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return true;
    case SSL_ERROR_ZERO_RETURN:
        carrier_ended(&c->common);
        return false;
    default:
        broke(c, "bad record");
        return false;
    }
}

static void encrypt(struct carrier_tls *c, struct span octets)
{
    while (octets.nbytes > 0 && !c->common.send_failed) {
        size_t done = 0;
        struct span piece = span_slice(octets, 0, TLS_PIECE_NBYTES);
        if (SSL_write_ex(c->ssl, piece.data, piece.nbytes, &done) != 1) {
            ERR_clear_error();
            carrier_cannot_send(&c->common, "TLS stream has ended");
            return;
        }
        flush_records(c);
        octets = span_from(octets, done);
    }
}

static void end_sending(struct carrier_tls *c)
{
    if (!c->ends_sending || !c->is_ready)
        return;
    c->ends_sending = false;
    (void)SSL_shutdown(c->ssl);
    ERR_clear_error();
    flush_records(c);
    stream_end_sending(&c->stream);
}

static void shake_hands(struct carrier_tls *c)
{
    int status = SSL_do_handshake(c->ssl);
    flush_records(c);
    if (status != 1) {
        (void)only_waits(c, status);
        flush_records(c);
        return;
    }
    c->is_ready = true;
    encrypt(c, buffer_span(&c->plain));
    buffer_free(&c->plain);
    end_sending(c);
}

/* Decrypts what is there into the carrier's input, as far as that has room. */
static bool decrypt(struct carrier_tls *c)
{
    bool moved = false;
    struct buffer *input = &c->common.input;
    while (carrier_has_room(&c->common)) {
        size_t done = 0;
        size_t room = c->common.input_limit - input->nbytes;
        if (room > TLS_PIECE_NBYTES)
            room = TLS_PIECE_NBYTES;
        int status = SSL_read_ex(c->ssl, buffer_reserve(input, room), room, &done);
        if (status != 1) {
            moved = !only_waits(c, status) || moved;
            break;
        }
        buffer_advance(input, done);
        moved = true;
    }
    flush_records(c);
    return moved;
}

/* Everything that can be done with what was received so far; true when the caller gets to see
 * something of it. */
static bool work(struct carrier_tls *c)
{
    bool was_ready = c->is_ready;
    ERR_clear_error();
    if (c->raw.nbytes > 0) {
        int n = BIO_write(c->from_peer, buffer_span(&c->raw).data, (int)c->raw.nbytes);
        ENSURE(n == (int)c->raw.nbytes);
        buffer_clear(&c->raw);
    }
    if (!c->is_ready && !c->common.at_eof)
        shake_hands(c);
    bool has_news = c->is_ready != was_ready || c->common.at_eof;
    if (c->is_ready && decrypt(c))
        has_news = true;
    return has_news;
}

/* The stream below has ended, with nothing left in between: TLS should have ended before. */
static void take_over(struct carrier_tls *c)
{
    char room[96];
    struct stream *s = &c->stream;
    if (s->send_errno != 0 && !c->common.send_failed)
        carrier_cannot_send(&c->common, loop_errno_text(s->send_errno, room, sizeof room));
    if (!s->has_ended || c->common.at_eof || !carrier_has_room(&c->common))
        return;
    if (s->read_errno != 0) {
        carrier_broke(&c->common, "read", loop_errno_text(s->read_errno, room, sizeof room));
        return;
    }
    c->common.was_cut = true;
    broke(c, "stream ended without close_notify");
}

static bool wants_octets(const struct carrier_tls *c)
{
    if (!c->is_ready)
        return !c->common.at_eof;
    return carrier_has_room(&c->common) && BIO_pending(c->from_peer) < TLS_RAW_NBYTES;
}

static bool receive(struct carrier_tls *c)
{
    bool was_at_eof = c->common.at_eof;
    if (wants_octets(c))
        (void)stream_read(&c->stream, &c->raw, TLS_RAW_NBYTES);
    bool has_news = !was_at_eof && work(c);
    take_over(c);
    return has_news || c->common.at_eof != was_at_eof;
}

static void tls_ready(void *context, bool is_readable)
{
    struct carrier_tls *c = context;
    bool has_news = false;
    if (c->stream.out.nbytes > 0) {
        stream_flush(&c->stream);
        has_news = c->stream.out.nbytes == 0;
    }
    if (is_readable)
        has_news = receive(c) || has_news;
    take_over(c);
    stream_arm(&c->stream, wants_octets(c));
    if (has_news)
        carrier_changed(&c->common);
}

static void tls_send(struct carrier *common, struct span octets)
{
    struct carrier_tls *c = tls_of(common);
    if (c->is_ready)
        encrypt(c, octets);
    else
        buffer_append(&c->plain, octets);
    take_over(c);
    if (common->send_failed && common->on_change == NULL)
        carrier_changed(common);
    stream_arm(&c->stream, wants_octets(c));
}

static size_t tls_nunsent(const struct carrier *common)
{
    const struct carrier_tls *c = (const struct carrier_tls *)common;
    return c->plain.nbytes + c->stream.out.nbytes;
}

/* Goes on decrypting when the caller has made room. */
static bool tls_pump(struct carrier *common)
{
    struct carrier_tls *c = tls_of(common);
    bool moved = false;
    bool is_held = c->is_ready && (SSL_has_pending(c->ssl) || BIO_pending(c->from_peer) > 0 ||
                                   c->stream.has_ended);
    if (is_held && carrier_has_room(common)) {
        moved = work(c);
        take_over(c);
        moved = moved || common->at_eof;
    }
    if (moved)
        carrier_changed(common);
    return moved;
}

static void arm(struct carrier *common)
{
    stream_arm(&tls_of(common)->stream, wants_octets(tls_of(common)));
}

static void tls_half_close(struct carrier *common)
{
    tls_of(common)->ends_sending = true;
    end_sending(tls_of(common));
}

static void tls_reset(struct carrier *common)
{
    buffer_free(&tls_of(common)->plain);
    stream_reset(&tls_of(common)->stream);
}

static void tls_close(struct carrier *common)
{
    struct carrier_tls *c = tls_of(common);
    if (c->is_ready && !common->has_ended_sending && !common->at_eof) {
        (void)SSL_shutdown(c->ssl);
        flush_records(c);
    }
    stream_close(&c->stream);
    SSL_free(c->ssl);
    ERR_clear_error();
    buffer_free(&c->raw);
    buffer_free(&c->plain);
}

static const struct carrier_ops ops = {
    .send = tls_send,
    .nunsent = tls_nunsent,
    .pump = tls_pump,
    .arm = arm,
    .half_close = tls_half_close,
    .reset = tls_reset,
    .close = tls_close,
};

/* The name the certificate must bear, and that the server may choose it by. */
static void expect_host(SSL *ssl, const struct net_tls *tls, const char *host)
{
    X509_VERIFY_PARAM *rules = SSL_get0_param(ssl);
    bool is_address = X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1;
    ERR_clear_error();
    if (!is_address) {
        (void)SSL_set_tlsext_host_name(ssl, host);
        if (tls->verify)
            ENSURE(SSL_set1_host(ssl, host) == 1);
    }
}

struct carrier *carrier_open_tls_fd(struct net_loop *loop, int fd, struct net_tls *tls,
                                    const char *host, const char *name)
{
    struct carrier_tls *c = carrier_new(loop, sizeof *c, &ops);
    stream_init(&c->stream, loop, fd, fd);
    c->stream.on_ready = tls_ready;
    c->stream.context = c;
    (void)snprintf(c->common.name, sizeof c->common.name, "%s", name);
    c->ssl = SSL_new(tls->context);
    c->from_peer = BIO_new(BIO_s_mem());
    c->to_peer = BIO_new(BIO_s_mem());
    ENSURE(c->ssl != NULL && c->from_peer != NULL && c->to_peer != NULL);
    SSL_set_bio(c->ssl, c->from_peer, c->to_peer);
    (void)BIO_set_mem_eof_return(c->from_peer, -1);
    if (host == NULL) {
        SSL_set_accept_state(c->ssl);
    } else {
        SSL_set_connect_state(c->ssl);
        expect_host(c->ssl, tls, host);
    }
    (void)work(c);
    stream_arm(&c->stream, true);
    return &c->common;
}
