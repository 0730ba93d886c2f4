#include "reference/pattern.h"

/* Only the last `*` seen is ever retried: whatever an earlier one could give up, the later one can
 * take as well. */
bool mail_pattern_matches(struct span pattern, struct span name)
{
    size_t p = 0, n = 0;
    size_t star = SPAN_NPOS; /* offset behind the last star seen */
    size_t star_n = 0;       /* where in the name the part behind it was last tried */
    while (n < name.nbytes) {
        if (p < pattern.nbytes && pattern.data[p] == '*') {
            star = ++p;
            star_n = n;
        } else if (p < pattern.nbytes &&
                   (pattern.data[p] == '%' || pattern.data[p] == name.data[n])) {
            p++;
            n++;
        } else if (star != SPAN_NPOS) {
            p = star;
            n = ++star_n;
        } else {
            return false;
        }
    }
    while (p < pattern.nbytes && pattern.data[p] == '*')
        p++;
    return p == pattern.nbytes;
}
