#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "maildir_helper.h"
#include "reference/maildir.h"
#include "reference/maildir_dir.h"

/* Every test has a folder with users joe and ann of a store, and folders of boards. */
struct place {
    char *root;
    char *mail_path;
    char *board_root;
    char *joe; /* joe's Maildir */
    struct mail_store *store;
};

static struct mail_store *store_on(const struct place *place)
{
    const struct mail_maildir_config config = {
        .mail_path = place->mail_path, .board_root = place->board_root, .no_sync = true};
    return mail_store_maildir_new(&config);
}

static int set_up(void **state)
{
    struct place *place = mem_alloc(sizeof *place);
    place->root = maildir_temporary();
    place->mail_path = maildir_join(place->root, "%u");
    place->board_root = maildir_join(place->root, "boards");
    place->joe = maildir_join(place->root, "joe");
    maildir_make(place->joe);
    ENSURE(mkdir(place->board_root, 0700) == 0);
    place->store = store_on(place);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    mail_store_free(&place->store);
    maildir_remove_tree(place->root);
    free(place->root);
    free(place->mail_path);
    free(place->board_root);
    free(place->joe);
    free(place);
    return 0;
}

static const struct span joe = SPAN_INIT("joe");

static struct mail_box *open_box(struct mail_store *store, const char *name)
{
    struct mail_box *box;
    bool is_writable;
    assert_int_equal(store->ops->open(store, joe, MAIL_MAILBOX, span_of(name), &box, &is_writable),
                     MAIL_OK);
    assert_true(is_writable);
    return box;
}

static enum mail_error try_open(struct mail_store *store, enum mail_kind kind, struct span name,
                                bool *is_writable_r)
{
    struct mail_box *box;
    enum mail_error error = store->ops->open(store, joe, kind, name, &box, is_writable_r);
    if (error == MAIL_OK)
        mail_box_close(&box);
    return error;
}

static enum mail_error append(struct mail_box *box, const char *name,
                              struct mail_message *const *messages, size_t n)
{
    return box->store->ops->append(box->store, joe, span_of(name), box, messages, n);
}

static enum mail_error set_system(struct mail_box *box, size_t i, uint32_t system)
{
    struct mail_flags flags = {system, box->messages[i]->flags.keywords};
    return box->store->ops->set_flags(box, box->messages[i], flags);
}

static void refresh(struct mail_box *box)
{
    assert_int_equal(box->store->ops->refresh(box, true), MAIL_OK);
}

static void assert_listing(const char *path, const char *name, const char *expected)
{
    char *names = maildir_listing(path, name);
    assert_string_equal(names, expected);
    free(names);
}

static void assert_octets(struct mail_box *box, size_t i, const char *expected)
{
    struct mail_content *content;
    assert_int_equal(mail_message_load(box, box->messages[i], &content), MAIL_OK);
    assert_true(span_is(content->octets, expected));
    assert_int_equal(box->messages[i]->nbytes, strlen(expected));
    mail_message_unload(box, box->messages[i]);
}

/* The flags of a message: letters of system flags, keywords in parentheses, "new". */
static void assert_flags(const struct mail_box *box, size_t i, const char *expected)
{
    const struct mail_message *message = box->messages[i];
    struct buffer text = {0};
    static const char letters[] = "AFDS";
    for (int k = 0; k < 4; k++)
        if ((message->flags.system >> k & 1) != 0)
            buffer_append_byte(&text, letters[k]);
    for (unsigned k = 0; k < box->nkeywords; k++)
        if ((message->flags.keywords >> k & 1) != 0)
            buffer_printf(&text, "(%s)", box->keywords[k]);
    if (message->is_new)
        buffer_append_text(&text, "new");
    char *got = buffer_take_text(&text);
    assert_string_equal(got, expected);
    free(got);
}

static void test_existing_maildir(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/9.third.h:2,RSa", "Subject: 3\n\nline\n", 300);
    maildir_put(place->joe, "cur/8.first.h:2,FT", "Subject: 1\r\n\r\nno end", 100);
    maildir_put(place->joe, "cur/8.second.h", "Subject: 2\n", 200);
    maildir_put(place->joe, "new/10.fourth.h", "", -86400);
    maildir_put(place->joe, "cur/7.draft.h:2,DPSbz,extra", "x", 50);
    maildir_put(place->joe, "dovecot-keywords", "0 Work\n1 $Label\n2 no good\nbad\n99 x\n", 1);
    maildir_put(place->joe, "cur/.hidden", "x", 1);
    maildir_put(place->joe, "outside", "secret", 1);
    char *fifo = maildir_join(place->joe, "cur/1.fifo"),
         *link = maildir_join(place->joe, "cur/1.ln");
    char *directory = maildir_join(place->joe, "cur/1.dir");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(symlink("../outside", link), 0);
    assert_int_equal(mkdir(directory, 0700), 0);
    struct mail_box *box = open_box(place->store, "inbox");
    assert_string_equal(box->name, "INBOX");
    assert_int_equal(box->nmessages, 5);
    assert_int_equal(box->nkeywords, 2);
    assert_flags(box, 0, "S($Label)");
    assert_flags(box, 1, "FD");
    assert_flags(box, 2, "");
    assert_flags(box, 3, "AS(Work)");
    assert_flags(box, 4, "new");
    assert_octets(box, 1, "Subject: 1\r\n\r\nno end");
    assert_octets(box, 2, "Subject: 2\r\n");
    assert_octets(box, 3, "Subject: 3\r\n\r\nline\r\n");
    assert_octets(box, 4, "");
    assert_int_equal(box->messages[1]->time.wall_s, 100);
    assert_int_equal(box->messages[4]->time.wall_s, -86400);

    /* letters that mean nothing here survive, and the message keeps its date */
    assert_int_equal(set_system(box, 0, MAIL_FLAGGED), MAIL_OK);
    assert_int_equal(box->store->ops->claim(box, &box->messages[4], 1), MAIL_OK);
    assert_int_equal(set_system(box, 4, MAIL_ANSWERED), MAIL_OK);
    assert_listing(place->joe, "new", "");
    assert_listing(place->joe, "cur",
                   ".hidden\n1.dir\n1.fifo\n1.ln\n10.fourth.h:2,R\n7.draft.h:2,DFPbz,extra\n"
                   "8.first.h:2,FT\n8.second.h\n9.third.h:2,RSa\n");
    assert_int_equal(box->messages[0]->time.wall_s, 50);
    mail_box_close(&box);
    box = open_box(place->store, "INBOX");
    assert_flags(box, 0, "F($Label)");
    assert_flags(box, 4, "A");
    assert_int_equal(box->messages[0]->time.wall_s, 50);
    mail_box_close(&box);
    free(fifo);
    free(link);
    free(directory);
}

static void test_others_change_things(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    maildir_put(place->joe, "cur/2.b:2,", "b", 2);
    maildir_put(place->joe, "new/3.c", "c", 3);
    struct mail_box *box = open_box(place->store, "INBOX");
    struct mail_watch watch;
    mail_box_watch(box, &watch);
    struct mail_message *b = mail_message_hold(box->messages[1]);
    maildir_put(place->joe, "new/0.older", "d", 4); /* arrives late: at the end all the same */
    maildir_rename(place->joe, "new/3.c", "cur/3.c:2,S");
    maildir_rename(place->joe, "cur/1.a:2,", "cur/1.a:2,FT");
    maildir_delete(place->joe, "cur/2.b:2,");
    assert_int_equal(box->store->ops->refresh(box, false), MAIL_OK);
    assert_int_equal(box->nmessages, 3);
    assert_flags(box, 0, "FD");
    assert_flags(box, 1, "Snew");
    assert_flags(box, 2, "new");
    assert_true(b->is_removed);
    const uint64_t *ids;
    size_t nids;
    assert_true(mail_box_changes(box, &watch, &ids, &nids));
    assert_int_equal(nids, 3);
    mail_box_unwatch(box, &watch);
    struct mail_content *content;
    assert_int_equal(mail_message_load(box, b, &content), MAIL_GONE);
    maildir_put(place->joe, "cur/2.b:2,", "b", 2); /* gone for good: its file is not looked for */
    assert_int_equal(mail_message_load(box, b, &content), MAIL_GONE);
    maildir_delete(place->joe, "cur/2.b:2,");
    mail_message_drop(box, b);

    /* what was not noticed yet is found when it is needed */
    maildir_rename(place->joe, "cur/1.a:2,FT", "cur/1.a:2,P");
    maildir_rename(place->joe, "new/0.older", "cur/0.older:2,");
    assert_octets(box, 2, "d");
    assert_int_equal(set_system(box, 0, MAIL_SEEN), MAIL_OK);
    assert_int_equal(box->store->ops->claim(box, &box->messages[2], 1), MAIL_OK);
    assert_listing(place->joe, "cur", "0.older:2,\n1.a:2,PS\n3.c:2,S\n");
    maildir_delete(place->joe, "cur/1.a:2,PS");
    assert_int_equal(set_system(box, 0, 0), MAIL_GONE);
    refresh(box);
    assert_int_equal(box->nmessages, 2);
    mail_box_close(&box);
}

static void test_cheap_look_settles(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    struct mail_box *box = open_box(place->store, "INBOX");
    for (int i = 2; i < 40; i++) {
        struct buffer name = {0};
        buffer_printf(&name, "new/%d.x", i);
        char *text = buffer_take_text(&name);
        maildir_put(place->joe, text, "x", i);
        assert_int_equal(box->store->ops->refresh(box, false), MAIL_OK);
        assert_int_equal(box->nmessages, (size_t)i);
        free(text);
    }
    mail_box_close(&box);
}

static void test_expunge(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,T", "a", 1);
    maildir_put(place->joe, "cur/2.b:2,T", "b", 2);
    maildir_put(place->joe, "cur/3.c:2,T", "c", 3);
    maildir_put(place->joe, "new/4.d", "d", 4);
    struct mail_box *box = open_box(place->store, "INBOX");
    struct mail_message *all[4];
    memcpy((void *)all, (void *)box->messages, sizeof all);
    for (int i = 0; i < 4; i++)
        (void)mail_message_hold(all[i]);
    maildir_delete(place->joe, "cur/1.a:2,T");                /* somebody was faster */
    maildir_rename(place->joe, "cur/3.c:2,T", "cur/3.c:2,S"); /* somebody wants to keep it */
    struct mail_message *const messages[] = {all[0], all[1], all[2], all[3]};
    assert_int_equal(box->store->ops->expunge(box, messages, 4), MAIL_FAILED);
    assert_int_equal(box->nmessages, 2);
    assert_listing(place->joe, "cur", "3.c:2,S\n");
    assert_int_equal(box->store->ops->expunge(box, messages + 3, 1), MAIL_OK);
    assert_listing(place->joe, "new", "");
    refresh(box);
    assert_int_equal(box->nmessages, 1);
    assert_flags(box, 0, "S");
    assert_int_equal(box->store->ops->set_flags(box, all[3], (struct mail_flags){0}), MAIL_GONE);
    for (int i = 0; i < 4; i++)
        mail_message_drop(box, all[i]);
    mail_box_close(&box);
}

static void test_append(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "dovecot-keywords", "3 Work\n", 1);
    maildir_put(place->joe, "cur/1.a:2,Sd", "a\n", 1000);
    maildir_put(place->joe, "cur/2.b:2,", "b\n", 2000);
    struct mail_box *box = open_box(place->store, "INBOX");
    assert_int_equal(append(box, "Copies", box->messages, 2), MAIL_OK);
    struct mail_box *copies = open_box(place->store, "Copies");
    assert_int_equal(copies->nmessages, 2);
    assert_flags(copies, 0, "S(Work)new");
    assert_flags(copies, 1, "new");
    assert_octets(copies, 0, "a\r\n");
    assert_int_equal(copies->messages[0]->time.wall_s, 1000);
    assert_int_equal(copies->messages[1]->time.wall_s, 2000);

    /* into an open mailbox, into itself, both at once */
    assert_int_equal(append(box, "Copies", box->messages + 1, 1), MAIL_OK);
    assert_int_equal(copies->nmessages, 3);
    struct mail_message *const backwards[] = {copies->messages[1], copies->messages[0]};
    assert_int_equal(append(copies, "Copies", backwards, 2), MAIL_OK);
    assert_int_equal(copies->nmessages, 5);
    assert_octets(copies, 3, "b\r\n");
    assert_octets(copies, 4, "a\r\n");
    assert_flags(copies, 4, "S(Work)new");
    assert_int_equal(append(copies, "iNbOx", backwards, 1), MAIL_OK);
    assert_int_equal(box->nmessages, 3);
    assert_listing(place->joe, ".Copies/tmp", "");

    /* a copy of its own: what happens to the original does not matter */
    maildir_delete(place->joe, "cur/1.a:2,Sd");
    assert_octets(copies, 0, "a\r\n");
    mail_box_close(&copies);
    mail_box_close(&box);
    box = open_box(place->store, "Copies");
    assert_octets(box, 0, "a\r\n");
    assert_octets(box, 4, "a\r\n");
    mail_box_close(&box);
}

static void test_append_all_or_nothing(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    maildir_put(place->joe, "cur/2.b:2,", "b", 2);
    struct mail_box *box = open_box(place->store, "INBOX");
    const struct mail_box_spec plain = {0};
    assert_int_equal(
        place->store->ops->create(place->store, joe, MAIL_MAILBOX, SPAN_LIT("Old"), &plain),
        MAIL_OK);
    maildir_delete(place->joe, "cur/2.b:2,");
    assert_int_equal(append(box, "Old", box->messages, 2), MAIL_GONE);
    assert_listing(place->joe, ".Old/new", "");
    assert_listing(place->joe, ".Old/tmp", "");
    assert_int_equal(append(box, "Fresh", box->messages, 2), MAIL_GONE);
    assert_listing(place->joe, "", ".Old\ncur\nnew\ntmp\n");

    /* a name in the way of the second rename: the first is taken back */
    struct mail_message *const twice[] = {box->messages[0], box->messages[0]};
    char *new_path = maildir_join(place->joe, ".Old/new");
    assert_int_equal(rmdir(new_path), 0);
    assert_int_not_equal(append(box, "Old", twice, 2), MAIL_OK);
    assert_listing(place->joe, ".Old/cur", "");
    assert_listing(place->joe, ".Old/tmp", "");
    free(new_path);
    mail_box_close(&box);
}

/* A folder on another file system, reached through a symbolic link: no hard links there. */
/* A keyword that cannot be written down is not lost with OK: nothing is copied. */
static void test_append_keeps_keywords(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "dovecot-keywords", "3 Work\n", 1);
    maildir_put(place->joe, "cur/1.a:2,Sd", "a\n", 1000);
    struct mail_box *box = open_box(place->store, "INBOX");
    const struct mail_box_spec plain = {0};
    assert_int_equal(
        place->store->ops->create(place->store, joe, MAIL_MAILBOX, SPAN_LIT("Old"), &plain),
        MAIL_OK);
    maildir_put(place->joe, ".Old/dovecot-keywords.lock", "", 0); /* somebody else is writing */
    assert_int_not_equal(append(box, "Old", box->messages, 1), MAIL_OK);
    assert_listing(place->joe, ".Old/new", "");
    assert_listing(place->joe, ".Old/tmp", "");
    maildir_delete(place->joe, ".Old/dovecot-keywords.lock");
    assert_int_equal(append(box, "Old", box->messages, 1), MAIL_OK);
    mail_box_close(&box);
}

static void test_append_across_file_systems(void **state)
{
    const struct place *place = *state;
    char far[] = "/dev/shm/imapspec-maildir-XXXXXX";
    if (mkdtemp(far) == NULL)
        skip();
    char *target = maildir_join(far, "Far"), *link = maildir_join(place->joe, ".Far");
    maildir_make(target);
    assert_int_equal(symlink(target, link), 0);
    maildir_put(place->joe, "cur/1.a:2,S", "a\n", -5);
    maildir_put(place->joe, "cur/2.b:2,", "b\n", 2);
    struct mail_box *box = open_box(place->store, "INBOX");
    assert_int_equal(append(box, "Far", box->messages, 2), MAIL_OK);
    struct mail_box *copies = open_box(place->store, "Far");
    assert_flags(copies, 0, "Snew");
    assert_octets(copies, 1, "b\r\n");
    assert_int_equal(copies->messages[0]->time.wall_s, -5);
    mail_box_close(&copies);
    mail_box_close(&box);
    maildir_remove_tree(far);
    free(target);
    free(link);
}

static void test_held_message_is_copied(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,T", "a\n", 77);
    struct mail_box *box = open_box(place->store, "INBOX");
    struct mail_message *a = mail_message_hold(box->messages[0]);
    struct mail_content *content;
    assert_int_equal(mail_message_load(box, a, &content), MAIL_OK);
    assert_int_equal(box->store->ops->expunge(box, &a, 1), MAIL_OK);
    assert_int_equal(append(box, "INBOX", &a, 1), MAIL_OK);
    assert_int_equal(box->nmessages, 1);
    assert_octets(box, 0, "a\r\n");
    assert_int_equal(box->messages[0]->time.wall_s, 77);
    mail_message_unload(box, a);
    assert_int_equal(append(box, "INBOX", &a, 1), MAIL_GONE);
    mail_message_drop(box, a);
    mail_box_close(&box);
}

static void test_keywords(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    struct mail_box *box = open_box(place->store, "INBOX");
    for (int i = 0; i < 26; i++) {
        struct buffer name = {0};
        buffer_printf(&name, "key%d", i);
        assert_int_equal(mail_box_add_keyword(box, buffer_span(&name)), i);
        buffer_free(&name);
    }
    struct mail_flags flags = {.keywords = (1U << 26) - 1};
    assert_int_equal(box->store->ops->set_flags(box, box->messages[0], flags), MAIL_OK);
    assert_listing(place->joe, "cur", "1.a:2,abcdefghijklmnopqrstuvwxyz\n");
    char *file = maildir_content(place->joe, "dovecot-keywords");
    assert_true(span_starts_with(span_of(file), SPAN_LIT("0 key0\n1 key1\n2 key2\n")));
    assert_true(span_ends_with(span_of(file), SPAN_LIT("\n25 key25\n")));
    free(file);
    flags.keywords = 1U << 3;
    assert_int_equal(box->store->ops->set_flags(box, box->messages[0], flags), MAIL_OK);
    assert_listing(place->joe, "cur", "1.a:2,d\n");

    /* no letter left */
    assert_int_equal(mail_box_add_keyword(box, SPAN_LIT("more")), 26);
    flags.keywords = 1U << 26;
    assert_int_equal(box->store->ops->set_flags(box, box->messages[0], flags), MAIL_FAILED);
    assert_flags(box, 0, "(key3)");

    /* another program gives the letter another meaning */
    maildir_put(place->joe, "other", "3 Three\n", 1);
    maildir_rename(place->joe, "other", "dovecot-keywords");
    refresh(box);
    assert_flags(box, 0, "(Three)");
    /* and holds the lock: nothing can be added now, nothing is changed */
    maildir_put(place->joe, "dovecot-keywords.lock", "", 1);
    flags.keywords = 1;
    assert_int_equal(box->store->ops->set_flags(box, box->messages[0], flags), MAIL_FAILED);
    assert_listing(place->joe, "cur", "1.a:2,d\n");
    maildir_delete(place->joe, "dovecot-keywords.lock");
    assert_int_equal(box->store->ops->set_flags(box, box->messages[0], flags), MAIL_OK);
    file = maildir_content(place->joe, "dovecot-keywords");
    assert_string_equal(file, "0 key0\n3 Three\n");
    free(file);
    assert_listing(place->joe, "cur", "1.a:2,a\n");
    mail_box_close(&box);
}

static void test_names_stay_inside(void **state)
{
    const struct place *place = *state;
    static const struct span names[] = {
        SPAN_INIT(""),     SPAN_INIT("."),         SPAN_INIT(".."),     SPAN_INIT("../ann"),
        SPAN_INIT("/tmp"), SPAN_INIT("a/../../b"), SPAN_INIT("a\0b"),   SPAN_INIT(".joe"),
        SPAN_INIT("a/b"),  SPAN_INIT("a\nb"),      SPAN_INIT("INBOX/"), SPAN_INIT("../../etc"),
    };
    struct mail_store *store = place->store;
    const struct mail_box_spec plain = {0};
    const struct mail_delivery delivery = {.octets = SPAN_INIT("x")};
    char *ann = maildir_join(place->root, "ann");
    maildir_make(ann);
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    struct mail_box *box = open_box(store, "INBOX");
    char *before = maildir_listing(place->root, "");
    char long_name[300];
    memset(long_name, 'n', sizeof long_name);
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        struct span name =
            i < sizeof names / sizeof *names ? names[i] : span_make(long_name, sizeof long_name);
        bool is_writable;
        for (int kind = MAIL_MAILBOX; kind <= MAIL_BOARD; kind++) {
            assert_int_equal(try_open(store, (enum mail_kind)kind, name, &is_writable),
                             MAIL_BAD_NAME);
            assert_int_equal(store->ops->create(store, joe, (enum mail_kind)kind, name, &plain),
                             MAIL_BAD_NAME);
            assert_int_equal(store->ops->deliver(store, joe, (enum mail_kind)kind, name, &delivery),
                             MAIL_BAD_NAME);
        }
        assert_int_equal(store->ops->append(store, joe, name, box, box->messages, 1),
                         MAIL_BAD_NAME);
        /* as a user */
        struct mail_box *other;
        if (i > 0 && !span_is(name, "INBOX/"))
            assert_int_equal(store->ops->open(store, name, MAIL_MAILBOX, SPAN_LIT("INBOX"), &other,
                                              &is_writable),
                             MAIL_BAD_NAME);
    }
    assert_listing(place->root, "", before);
    assert_listing(place->joe, "", "cur\nnew\ntmp\n");
    assert_listing(ann, "", "cur\nnew\ntmp\n");
    mail_box_close(&box);
    free(before);
    free(ann);
}

static void test_list(void **state)
{
    const struct place *place = *state;
    static const char *const made[] = {"joe/.Work", "joe/.Work.Old", "joe/.INBOX",  "joe/.inbox",
                                       "joe/..x",   "joe/plain",     "boards/news", "boards/.no"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char *path = maildir_join(place->root, made[i]);
        maildir_make(path);
        free(path);
    }
    maildir_put(place->root, "joe/.file", "x", 1);
    char *empty = maildir_join(place->root, "boards/empty");
    assert_int_equal(mkdir(empty, 0700), 0);
    free(empty);
    struct mail_store *store = place->store;
    struct arena arena = {0};
    struct mail_names names = {0};
    assert_int_equal(store->ops->list(store, joe, MAIL_MAILBOX, &arena, &names), MAIL_OK);
    assert_int_equal(names.nnames, 2);
    bool is_sorted = span_is(names.names[0], "Work");
    assert_true(span_is(names.names[is_sorted ? 0 : 1], "Work"));
    assert_true(span_is(names.names[is_sorted ? 1 : 0], "Work.Old"));
    names = (struct mail_names){0};
    assert_int_equal(store->ops->list(store, joe, MAIL_BOARD, &arena, &names), MAIL_OK);
    assert_int_equal(names.nnames, 1);
    assert_true(span_is(names.names[0], "news"));
    names = (struct mail_names){0};
    assert_int_equal(store->ops->list(store, SPAN_LIT("nobody"), MAIL_MAILBOX, &arena, &names),
                     MAIL_OK);
    assert_int_equal(names.nnames, 0);
    arena_free(&arena);
}

static void test_rights(void **state)
{
    const struct place *place = *state;
    struct mail_store *store = place->store;
    static const char *const keywords[] = {"Work", "Play", NULL};
    static const struct mail_box_spec read_only = {.is_readonly = true, .keywords = keywords};
    static const struct mail_box_spec unreadable = {.is_unreadable = true};
    static const struct mail_box_spec plain = {0};
    static const struct mail_delivery delivery = {.octets = SPAN_INIT("x\n"),
                                                  .system_flags = MAIL_DELETED,
                                                  .time = {12345, 0},
                                                  .keywords = keywords + 1};
    bool is_writable;
    assert_int_equal(try_open(store, MAIL_MAILBOX, SPAN_LIT("MBRO"), &is_writable),
                     MAIL_NONEXISTENT);
    assert_int_equal(store->ops->create(store, joe, MAIL_MAILBOX, SPAN_LIT("MBRO"), &read_only),
                     MAIL_OK);
    assert_int_equal(store->ops->create(store, joe, MAIL_MAILBOX, SPAN_LIT("MBRO"), &plain),
                     MAIL_EXISTS);
    assert_int_equal(store->ops->create(store, joe, MAIL_MAILBOX, SPAN_LIT("MBX"), &unreadable),
                     MAIL_OK);
    assert_int_equal(store->ops->deliver(store, joe, MAIL_MAILBOX, SPAN_LIT("MBRO"), &delivery),
                     MAIL_OK);
    assert_int_equal(store->ops->deliver(store, joe, MAIL_MAILBOX, SPAN_LIT("MBX"), &delivery),
                     MAIL_OK);
    assert_int_equal(store->ops->deliver(store, joe, MAIL_MAILBOX, SPAN_LIT("none"), &delivery),
                     MAIL_NONEXISTENT);
    assert_int_equal(try_open(store, MAIL_MAILBOX, SPAN_LIT("MBX"), &is_writable), MAIL_NO_READ);

    struct mail_box *box;
    assert_int_equal(
        store->ops->open(store, joe, MAIL_MAILBOX, SPAN_LIT("MBRO"), &box, &is_writable), MAIL_OK);
    assert_false(is_writable);
    assert_int_equal(box->nkeywords, 2);
    assert_flags(box, 0, "D(Play)new");
    assert_int_equal(box->messages[0]->time.wall_s, 12345);
    assert_int_equal(set_system(box, 0, 0), MAIL_NO_WRITE);
    assert_int_equal(store->ops->expunge(box, box->messages, 1), MAIL_NO_WRITE);
    assert_int_equal(append(box, "MBRO", box->messages, 1), MAIL_NO_WRITE);
    assert_int_equal(append(box, "MBX", box->messages, 1), MAIL_OK);
    (void)store->ops->claim(box, box->messages, 1);
    assert_flags(box, 0, "D(Play)");
    mail_box_close(&box);
    assert_int_equal(maildir_count(place->joe, ".MBRO/new"), 1);
    assert_int_equal(maildir_count(place->joe, ".MBX/new"), 2);

    assert_int_equal(store->ops->set_access(store, joe, MAIL_MAILBOX, SPAN_LIT("MBX"), true, true),
                     MAIL_OK);
    assert_int_equal(try_open(store, MAIL_MAILBOX, SPAN_LIT("MBX"), &is_writable), MAIL_OK);
    assert_true(is_writable);
    assert_int_equal(
        store->ops->set_access(store, joe, MAIL_MAILBOX, SPAN_LIT("nosuch"), true, true),
        MAIL_NONEXISTENT);
}

static void test_boards_and_inboxes(void **state)
{
    const struct place *place = *state;
    struct mail_store *store = place->store;
    static const struct mail_box_spec plain = {0};
    static const struct mail_delivery old = {.octets = SPAN_INIT("x\n"), .is_old = true};
    bool is_writable;
    assert_int_equal(try_open(store, MAIL_BOARD, SPAN_LIT("INBOX"), &is_writable),
                     MAIL_NONEXISTENT);
    assert_int_equal(store->ops->create(store, joe, MAIL_BOARD, SPAN_LIT("news"), &plain), MAIL_OK);
    assert_int_equal(store->ops->deliver(store, joe, MAIL_BOARD, SPAN_LIT("news"), &old), MAIL_OK);
    assert_int_equal(maildir_count(place->board_root, "news/cur"), 1);
    assert_int_equal(try_open(store, MAIL_BOARD, SPAN_LIT("news"), &is_writable), MAIL_OK);
    assert_false(is_writable);
    assert_int_equal(store->ops->set_access(store, joe, MAIL_BOARD, SPAN_LIT("news"), true, true),
                     MAIL_OK);
    assert_int_equal(try_open(store, MAIL_BOARD, SPAN_LIT("news"), &is_writable), MAIL_OK);
    assert_true(is_writable);

    /* every user has an inbox; one that is there cannot be created */
    struct span ann = SPAN_LIT("ann");
    assert_int_equal(store->ops->create(store, joe, MAIL_MAILBOX, SPAN_LIT("INBOX"), &plain),
                     MAIL_EXISTS);
    assert_int_equal(store->ops->deliver(store, ann, MAIL_MAILBOX, SPAN_LIT("Inbox"), &old),
                     MAIL_OK);
    assert_int_equal(maildir_count(place->root, "ann/cur"), 1);
    assert_int_equal(maildir_count(place->joe, "cur"), 0);
    assert_int_equal(
        store->ops->create(store, SPAN_LIT("bob"), MAIL_MAILBOX, SPAN_LIT("x"), &plain), MAIL_OK);
    assert_listing(place->root, "bob", ".x\ncur\nnew\ntmp\n");
}

/* Two stores on the same folders are two programs. */
static void test_two_programs(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "new/1.a", "a", 1);
    maildir_put(place->joe, "cur/2.b:2,", "b", 2);
    struct mail_store *second = store_on(place);
    struct mail_box *a = open_box(place->store, "INBOX"), *b = open_box(second, "INBOX");
    struct mail_box *again = open_box(place->store, "inbox");
    assert_ptr_equal(a, again); /* in one program there is one mailbox */
    mail_box_close(&again);
    assert_int_equal(place->store->ops->claim(a, a->messages, 1), MAIL_OK);
    assert_int_equal(set_system(a, 0, MAIL_SEEN), MAIL_OK);
    int work = mail_box_add_keyword(a, SPAN_LIT("Work"));
    assert_int_equal(work, 0);
    assert_int_equal(place->store->ops->set_flags(a, a->messages[1],
                                                  (struct mail_flags){MAIL_DELETED, 1U << work}),
                     MAIL_OK);
    assert_int_equal(set_system(b, 0, MAIL_FLAGGED), MAIL_OK); /* b has not looked: last one wins */
    refresh(a);
    refresh(b);
    assert_flags(a, 0, "F");
    assert_flags(b, 0, "Fnew");
    assert_flags(b, 1, "D(Work)");
    assert_int_equal(second->ops->expunge(b, b->messages + 1, 1), MAIL_OK);
    refresh(a);
    assert_int_equal(a->nmessages, 1);
    assert_int_equal(append(b, "INBOX", b->messages, 1), MAIL_OK);
    refresh(a);
    assert_int_equal(a->nmessages, 2);
    assert_flags(a, 1, "Fnew");
    mail_box_close(&a);
    mail_box_close(&b);
    mail_store_free(&second);
}

/* Another program renames everything all the time: no message is ever missed. */
static void test_rename_storm(void **state)
{
    const struct place *place = *state;
    enum { NMESSAGES = 300, NLOOKS = 150 };
    for (int i = 0; i < NMESSAGES; i++) {
        struct buffer name = {0};
        buffer_printf(&name, "cur/%d.x:2,", i);
        char *text = buffer_take_text(&name);
        maildir_put(place->joe, text, "x\n", i);
        free(text);
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || chdir(place->joe) != 0 || chdir("cur") != 0)
            _exit(1);
        for (int round = 0; round < 100000; round++)
            for (int i = 0; i < NMESSAGES; i++) {
                char old[40], new[40];
                (void)snprintf(old, sizeof old, "%d.x:2,%s", i, round % 2 == 0 ? "" : "S");
                (void)snprintf(new, sizeof new, "%d.x:2,%s", i, round % 2 == 0 ? "S" : "");
                (void)rename(old, new);
            }
        _exit(0);
    }
    struct mail_box *box = open_box(place->store, "INBOX");
    assert_int_equal(box->nmessages, NMESSAGES);
    for (int look = 0; look < NLOOKS; look++) {
        refresh(box);
        assert_int_equal(box->nmessages, NMESSAGES);
        assert_octets(box, (size_t)look % NMESSAGES, "x\r\n");
    }
    assert_int_equal(box->last_id, NMESSAGES);
    ENSURE(kill(child, SIGKILL) == 0);
    ENSURE(waitpid(child, NULL, 0) == child);
    mail_box_close(&box);
}

static void test_replaced_maildir(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    struct mail_box *old = open_box(place->store, "INBOX");
    maildir_remove_tree(place->joe);
    maildir_make(place->joe);
    maildir_put(place->joe, "cur/1.b:2,", "b", 1);
    struct mail_box *box = open_box(place->store, "INBOX");
    assert_ptr_not_equal(old, box);
    assert_octets(box, 0, "b");
    refresh(old);
    assert_int_equal(old->nmessages, 0);
    mail_box_close(&old);
    mail_box_close(&box);
}

static void test_clean(void **state)
{
    const struct place *place = *state;
    maildir_put(place->joe, "tmp/1.old", "x", 1);
    maildir_put(place->joe, "cur/1.a:2,", "a", 1);
    struct maildir_dir dir;
    assert_int_equal(maildir_dir_open(place->joe, &dir), MAIL_OK);
    const struct clock machine = clock_system();
    int64_t now_s = clock_wall_s(&machine);
    maildir_dir_clean(&dir, now_s + (int64_t)35 * 3600); /* its date of 1970 does not matter */
    assert_listing(place->joe, "tmp", "1.old\n");
    maildir_dir_clean(&dir, now_s + (int64_t)37 * 3600);
    assert_listing(place->joe, "tmp", "");
    assert_listing(place->joe, "cur", "1.a:2,\n");
    maildir_dir_close(&dir);
}

static void test_cache_is_bounded(void **state)
{
    const struct place *place = *state;
    enum { NMESSAGES = 40, NBYTES = 700000 };
    char *text = mem_alloc(NBYTES + 1);
    memset(text, 'x', NBYTES);
    for (int i = 0; i < NMESSAGES; i++) {
        struct buffer name = {0};
        buffer_printf(&name, "cur/%d.x:2,", i);
        char *file = buffer_take_text(&name);
        maildir_put(place->joe, file, text, i);
        free(file);
    }
    struct mail_box *box = open_box(place->store, "INBOX");
    for (size_t i = 0; i < NMESSAGES; i++) {
        struct mail_content *content;
        assert_int_equal(mail_message_load(box, box->messages[i], &content), MAIL_OK);
        assert_int_equal(content->octets.nbytes, NBYTES);
        mail_message_unload(box, box->messages[i]);
    }
    size_t nkept = 0;
    for (size_t i = 0; i < NMESSAGES; i++)
        nkept += box->messages[i]->content != NULL;
    assert_in_range(nkept, 1, 24);
    mail_box_close(&box);
    free(text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_existing_maildir),
        TEST(test_others_change_things),
        TEST(test_cheap_look_settles),
        TEST(test_expunge),
        TEST(test_append),
        TEST(test_append_all_or_nothing),
        TEST(test_append_keeps_keywords),
        TEST(test_append_across_file_systems),
        TEST(test_held_message_is_copied),
        TEST(test_keywords),
        TEST(test_names_stay_inside),
        TEST(test_list),
        TEST(test_rights),
        TEST(test_boards_and_inboxes),
        TEST(test_two_programs),
        TEST(test_rename_storm),
        TEST(test_replaced_maildir),
        TEST(test_clean),
        TEST(test_cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
