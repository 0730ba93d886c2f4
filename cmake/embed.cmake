# cmake -DINPUT=file -DOUTPUT=file.c -DSYMBOL=name -P embed.cmake: a data file as a C array.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n    " hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " hex "${hex}")
file(WRITE ${OUTPUT} "#include <stddef.h>
extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_nbytes;
const unsigned char ${SYMBOL}[] = {
    ${hex}0};
const size_t ${SYMBOL}_nbytes = sizeof ${SYMBOL} - 1;
")
