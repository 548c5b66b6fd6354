/* Growing arrays, tables of strings, characters: what the compiled loops of extraction share. */

#ifndef DUPDETECT_STRINGS_H
#define DUPDETECT_STRINGS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* NumPy is handed arrays of Size as 64-bit numbers: elsewhere nothing is built, and Python's loops do the work. */
#if SIZE_MAX < UINT64_MAX
#error "a platform of 64 bits is needed"
#endif

typedef Py_ssize_t Size;

typedef struct {
    char *at;
    Size size, room;
} Bytes;

typedef struct {
    Size *at;
    Size size, room;
} Numbers;

/* Room for `more`; 0 where there is no memory. */
static inline int reserve(Bytes *bytes, Size more) {
    if (bytes->at && bytes->room - bytes->size >= more)
        return 1;
    Size room = 2 * bytes->room > bytes->size + more ? 2 * bytes->room : bytes->size + more + 256;
    char *at = PyMem_Realloc(bytes->at, (size_t)room);
    if (!at)
        return 0;
    bytes->at = at;
    bytes->room = room;
    return 1;
}

static inline int append(Bytes *bytes, const char *from, Size size) {
    if (!reserve(bytes, size))
        return 0;
    memcpy(bytes->at + bytes->size, from, (size_t)size);
    bytes->size += size;
    return 1;
}

static inline int push(Numbers *numbers, Size number) {
    if (numbers->size == numbers->room) {
        Size room = numbers->room ? 2 * numbers->room : 512;
        Size *at = PyMem_Realloc(numbers->at, (size_t)room * sizeof *at);
        if (!at)
            return 0;
        numbers->at = at;
        numbers->room = room;
    }
    numbers->at[numbers->size++] = number;
    return 1;
}

/* A table of strings, numbered as they come: open addressing, Fowler, Noll and Vo's hash (RFC 9923). */
typedef struct {
    Numbers starts, hashes; /* of each string; `starts` has one more, the end of all */
    Bytes letters;
    Size *slots; /* number + 1; 0 is free */
    Size width;  /* a power of two */
} Table;

static inline uint64_t hash_of(const char *key, Size size) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (Size place = 0; place < size; place++)
        hash = (hash ^ (unsigned char)key[place]) * 0x100000001B3u;
    return hash ^ hash >> 29;
}

static inline int widen(Table *table) {
    Size width = table->width ? 4 * table->width : 256;
    Size *slots = PyMem_Calloc((size_t)width, sizeof *slots);
    if (!slots || (!table->starts.size && !push(&table->starts, 0))) {
        PyMem_Free(slots);
        return 0;
    }
    for (Size number = 0; number < table->hashes.size; number++) {
        Size slot = table->hashes.at[number] & (width - 1);
        while (slots[slot])
            slot = (slot + 1) & (width - 1);
        slots[slot] = number + 1;
    }
    PyMem_Free(table->slots);
    table->slots = slots;
    table->width = width;
    return 1;
}

/* What number_of says of a string that has none. */
enum { UNKNOWN = -1, NO_MEMORY = -2, COLLISIONS = -3 };

/* The number of a string; with `add` it is put there. Whoever makes strings collide on purpose is told off. */
static inline Size number_of(Table *table, const char *key, Size size, int add) {
    if (add && 2 * table->hashes.size >= table->width && !widen(table))
        return NO_MEMORY;
    Size hash = (Size)hash_of(key, size), slot = hash & (table->width - 1);
    for (int probes = 0; table->slots[slot]; slot = (slot + 1) & (table->width - 1)) {
        if (++probes > 500)
            return COLLISIONS;
        Size number = table->slots[slot] - 1, start = table->starts.at[number];
        if (table->hashes.at[number] == hash && table->starts.at[number + 1] - start == size &&
            !memcmp(table->letters.at + start, key, (size_t)size))
            return number;
    }
    if (!add)
        return UNKNOWN;
    if (!append(&table->letters, key, size) || !push(&table->hashes, hash) ||
        !push(&table->starts, table->letters.size))
        return NO_MEMORY;
    table->slots[slot] = table->hashes.size;
    return table->hashes.size - 1;
}

static inline void empty(Table *table) {
    PyMem_Free(table->starts.at);
    PyMem_Free(table->hashes.at);
    PyMem_Free(table->letters.at);
    PyMem_Free(table->slots);
}

/* The letters of a str; an error is set where it is none. */
static inline const char *utf8_of(PyObject *text, Size *size) {
    if (PyUnicode_Check(text))
        return PyUnicode_AsUTF8AndSize(text, size);
    PyErr_Format(PyExc_TypeError, "a str was needed, not %.50s", Py_TYPE(text)->tp_name);
    return NULL;
}

/* Put the keys of a dict into a table: whether all went in. No error is set where they collide. */
static inline int fill(Table *table, PyObject *dict) {
    PyObject *key, *value;
    Size place = 0, size, number;
    int fine = widen(table);
    while (fine && PyDict_Next(dict, &place, &key, &value)) {
        const char *name = utf8_of(key, &size);
        number = name ? number_of(table, name, size, 1) : NO_MEMORY;
        if (number == COLLISIONS)
            return 0;
        fine = number >= 0;
    }
    if (!fine && !PyErr_Occurred())
        PyErr_NoMemory();
    return fine;
}

static inline int is_space(char sign) {
    return sign == ' ' || (sign >= '\t' && sign <= '\r') || (sign >= 28 && sign <= 31);
}
static inline int is_blank(char sign) { return sign == ' ' || (sign >= '\t' && sign <= '\r'); }
static inline int is_letter(char sign) { return (sign | 32) >= 'a' && (sign | 32) <= 'z'; }

/* Bytes of the white space that a text has here, as str.isspace() knows it; 0 for none. */
static inline int space_at(const char *at, const char *end) {
    unsigned char first = (unsigned char)*at;
    if (first < 0x80)
        return is_space(*at);
    if (first == 0xC2 && end - at >= 2)
        return (unsigned char)at[1] == 0x85 || (unsigned char)at[1] == 0xA0 ? 2 : 0;
    if ((first != 0xE1 && first != 0xE2 && first != 0xE3) || end - at < 3)
        return 0;
    unsigned code = (unsigned)(first & 15) << 12 | (unsigned)(at[1] & 63) << 6 | (unsigned)(at[2] & 63);
    return (code >= 0x2000 && code <= 0x200A) || code == 0x1680 || code == 0x2028 || code == 0x2029 || code == 0x202F ||
                   code == 0x205F || code == 0x3000
               ? 3
               : 0;
}

/* What a function returns: what it found, else an error, else None for strings that were made to collide. */
static inline PyObject *answer(int fine, PyObject *found) {
    if (fine)
        return found;
    Py_XDECREF(found);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

#endif
