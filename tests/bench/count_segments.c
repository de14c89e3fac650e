/* The limit: the same count as `measure`, one table look-up to a character, in C.
 * Reads a file of texts (for each: a 32-bit length, then its code points as 32-bit words, little endian), counts them
 * all in memory ROUNDS times and prints the CPU seconds of each round and the sum of segments. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned char cost[0x2100]; /* 0: not GSM 7-bit, else septets */

static const uint32_t basic[] = {
    0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5, 0x394, 0x5F, 0x3A6,
    0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9, 0xA4, 0xA1, 0xC4, 0xD6, 0xD1, 0xDC,
    0xA7, 0xBF, 0xE4, 0xF6, 0xF1, 0xFC, 0xE0};
static const uint32_t extension[] = {0x0C, '^', '{', '}', '\\', '[', '~', ']', '|', 0x20AC};

static long segments(const uint32_t *text, uint32_t length) {
    long septets = 0, units = 0;
    int gsm = 1;
    for (uint32_t i = 0; i < length; i++) {
        int c = text[i] < 0x2100 ? cost[text[i]] : 0;
        gsm &= c != 0;
        septets += c;
        units += 1 + (text[i] > 0xFFFF);
    }
    long total = gsm ? septets : units, alone = gsm ? 160 : 70, shared = gsm ? 153 : 67;
    if (total <= alone) return 1;
    long parts = 1, used = 0;
    for (uint32_t i = 0; i < length; i++) {
        int c = gsm ? cost[text[i]] : 1 + (text[i] > 0xFFFF);
        if (used + c > shared) parts++, used = 0;
        used += c;
    }
    return parts;
}

int main(int argc, char **argv) {
    FILE *file = argc > 2 ? fopen(argv[1], "rb") : NULL;
    if (!file) return 2;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint32_t *words = malloc(size);
    if (!words || fread(words, 1, size, file) != (size_t)size) return 2;
    for (int c = 0x20; c < 0x7F; c++) cost[c] = c == '`' ? 0 : 1;
    for (size_t i = 0; i < sizeof basic / sizeof *basic; i++) cost[basic[i]] = 1;
    for (size_t i = 0; i < sizeof extension / sizeof *extension; i++) cost[extension[i]] = 2;
    for (int round = 0; round < atoi(argv[2]); round++) {
        long sum = 0;
        clock_t start = clock();
        for (uint32_t *at = words, *end = words + size / 4; at < end; at += 1 + *at) sum += segments(at + 1, *at);
        printf("%f %ld\n", (double)(clock() - start) / CLOCKS_PER_SEC, sum);
    }
    return 0;
}
