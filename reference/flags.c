#include "reference/flags.h"

static const struct {
    const char *name;
    uint32_t flag;
} system_flags[] = {
    {"\\ANSWERED", MAIL_ANSWERED},
    {"\\FLAGGED", MAIL_FLAGGED},
    {"\\DELETED", MAIL_DELETED},
    {"\\SEEN", MAIL_SEEN},
};

enum flag_meaning flag_look_up(const struct mail_box *box, struct span name,
                               struct mail_flags *flags)
{
    for (size_t i = 0; i < sizeof system_flags / sizeof *system_flags; i++) {
        if (span_is_nocase(name, system_flags[i].name)) {
            flags->system |= system_flags[i].flag;
            return FLAG_STORED;
        }
    }
    if (span_is_nocase(name, "\\RECENT"))
        return FLAG_RECENT;
    int keyword = mail_box_find_keyword(box, name);
    if (keyword < 0)
        return FLAG_UNKNOWN;
    flags->keywords |= UINT32_C(1) << keyword;
    return FLAG_STORED;
}
