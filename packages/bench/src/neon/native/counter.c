/*
 * A QEMU plugin that counts executed A64 instructions between marks: hint #0x40 + k begins region k, hint #0x60 + k ends it
 * (NOPs on hardware), k below 32. It prints one line per region and block:
 *
 *     region K INSTRUCTIONS L1-MISSES
 *     block K EXECUTED WORD WORD …
 *
 * Instructions are counted by translated blocks, whose words are printed as they are: whoever models cycles needs no file. QEMU
 * ends a block where a page ends, so that a loop may come in two: they are printed as the one block that they are.
 * L1 misses are those of a data cache of 64 KiB, 4 ways, lines of 64 bytes, least recently used; with the argument
 * cache=on, otherwise 0. Exact and the same every time, but for misses, which follow addresses.
 */
#include "qemu-plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EXPORT int qemu_plugin_version = 1;

enum { REGIONS = 32, SETS = 256, WAYS = 4 };

typedef struct block {
  struct block *next;
  uint64_t address, count, words, before, in[REGIONS];
  uint32_t word[];
} block;

static block *blocks;
static bool used[REGIONS], cache_on;
static uint64_t lines[SETS][WAYS], misses, misses_before, misses_in[REGIONS];

static block *block_at(const struct qemu_plugin_tb *tb) {
  const size_t n = qemu_plugin_tb_n_insns(tb);
  const uint64_t address = qemu_plugin_tb_vaddr(tb);
  /* A block may be translated again: its counts go on. */
  for (block *b = blocks; b != NULL; b = b->next)
    if (b->address == address && b->words == n) return b;
  block *b = calloc(1, sizeof *b + n * sizeof(uint32_t));
  b->address = address;
  b->words = n;
  for (size_t i = 0; i < n; i++) memcpy(&b->word[i], qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, i)), 4);
  b->next = blocks;
  return blocks = b;
}

static void touch(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data) {
  (void)cpu;
  (void)data;
  const uint64_t last = (address + (1u << qemu_plugin_mem_size_shift(info)) - 1) >> 6;
  for (uint64_t line = address >> 6; line <= last; line++) {
    uint64_t *set = lines[line % SETS];
    int way = 0;
    while (way < WAYS && set[way] != line + 1) way++;
    if (way == WAYS) {
      misses++;
      way--;
    }
    for (; way > 0; way--) set[way] = set[way - 1];
    set[0] = line + 1;
  }
}

static void mark(unsigned cpu, void *data) {
  (void)cpu;
  const int hint = (int)(intptr_t)data, k = hint & 31;
  if (hint < 0x60) {
    used[k] = true;
    misses_before = misses;
    for (block *b = blocks; b != NULL; b = b->next) b->before = b->count;
    return;
  }
  misses_in[k] += misses - misses_before;
  for (block *b = blocks; b != NULL; b = b->next) b->in[k] += b->count - b->before;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  block *b = block_at(tb);
  qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->count, 1);
  for (size_t i = 0; i < b->words; i++) {
    const uint32_t w = b->word[i], hint = (w >> 5) & 127;
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    if ((w & 0xfffff01f) == 0xd503201f && hint >= 0x40) qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, QEMU_PLUGIN_CB_NO_REGS, (void *)(intptr_t)hint);
    /* Loads and stores. */
    if (cache_on && (w & 0x0a000000) == 0x08000000) qemu_plugin_register_vcpu_mem_cb(insn, touch, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
  }
}

/* Does the instruction go on to the next one, whatever happens? */
static bool goes_on(uint32_t w) {
  return (w & 0x7c000000) != 0x14000000 && (w & 0xff000010) != 0x54000000 && (w & 0x7c000000) != 0x34000000 && (w & 0xfe000000) != 0xd6000000;
}

/* The block that goes on where `b` meets the end of its page. */
static block *rest_of(const block *b) {
  const uint64_t end = b->address + 4 * b->words;
  if ((end & 4095) != 0 || !goes_on(b->word[b->words - 1])) return NULL;
  block *rest = blocks;
  while (rest != NULL && rest->address != end) rest = rest->next;
  return rest;
}

/* How often `b` was executed in region k by itself, not as the rest of another. */
static uint64_t alone(const block *b, int k) {
  uint64_t as_rest = 0;
  if ((b->address & 4095) == 0)
    for (const block *before = blocks; before != NULL; before = before->next)
      if (before->in[k] > 0 && rest_of(before) == b) as_rest += before->in[k];
  return as_rest > b->in[k] ? 0 : b->in[k] - as_rest;
}

static void print_words(const block *b) {
  char text[16];
  for (uint64_t i = 0; i < b->words; i++) {
    snprintf(text, sizeof text, " %08x", b->word[i]);
    qemu_plugin_outs(text);
  }
}

static void print(qemu_plugin_id_t id, void *data) {
  (void)id;
  (void)data;
  char text[64];
  for (int k = 0; k < REGIONS; k++) {
    if (!used[k]) continue;
    uint64_t all = 0;
    for (block *b = blocks; b != NULL; b = b->next) all += b->in[k] * b->words;
    snprintf(text, sizeof text, "region %d %llu %llu\n", k, (unsigned long long)all, (unsigned long long)misses_in[k]);
    qemu_plugin_outs(text);
    for (const block *b = blocks; b != NULL; b = b->next) {
      const block *rest = rest_of(b);
      const uint64_t executed = alone(b, k);
      if (executed == 0 || executed * (b->words + (rest == NULL ? 0 : rest->words)) * 10000 < all) continue;
      snprintf(text, sizeof text, "block %d %llu", k, (unsigned long long)executed);
      qemu_plugin_outs(text);
      print_words(b);
      if (rest != NULL) print_words(rest);
      qemu_plugin_outs("\n");
    }
  }
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++) cache_on |= strcmp(argv[i], "cache=on") == 0;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, print, NULL);
  return 0;
}
