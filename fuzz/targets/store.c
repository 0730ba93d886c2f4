#include "targets/shelf.h"
#include "targets/target.h"

enum { NOPERATIONS_MAX = 60 };

/* Three octets an operation on two Maildir mailboxes: what is done, its argument, and which of the
 * calls that change files fails meanwhile: 0x00..0x7f none, 0x80..0xbf one, from 0xc0 that one and
 * all behind it, as when the process is killed. At the end both mailboxes are read from disk. */
void fuzz_store_one(struct span octets)
{
    struct shelf_state state;
    struct shelf shelf;
    shelf_make(&state);
    shelf_open(&shelf, &state);
    for (size_t i = 0; i + 2 < octets.nbytes && i / 3 < NOPERATIONS_MAX; i += 3) {
        unsigned cut = (unsigned char)octets.data[i + 2];
        enum cut_kind kind = cut < 0x80 ? CUT_NOTHING : cut < 0xc0 ? CUT_ONE_CALL : CUT_ALL_CALLS;
        shelf_act(&shelf, (unsigned char)octets.data[i], (unsigned char)octets.data[i + 1], kind,
                  cut % 16 + 1);
    }
    shelf_close(&shelf);
    shelf_check(&state);
    shelf_remove(&state);
}
