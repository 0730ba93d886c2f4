#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden_helper.h"

void assert_golden(const char *name, struct span got)
{
    char path[512], wanted[16384];
    (void)snprintf(path, sizeof path, "%s/tests/reports/golden/%s.txt", SOURCE_ROOT, name);
    bool is_update = getenv("GOLDEN_UPDATE") != NULL;
    FILE *file = fopen(path, is_update ? "wb" : "rb");
    assert_non_null(file);
    if (is_update) {
        assert_int_equal(fwrite(got.data, 1, got.nbytes, file), got.nbytes);
        assert_int_equal(fclose(file), 0);
        return;
    }
    size_t nwanted = fread(wanted, 1, sizeof wanted, file);
    assert_int_equal(fclose(file), 0);
    if (!span_equal(got, span_make(wanted, nwanted)))
        fail_msg("%s.txt: got\n%.*s", name, SPAN_ARG(got));
}
