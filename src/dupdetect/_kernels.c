/* The three loops that NumPy makes in many passes; see dupdetect/kernels.py. Needs no header but Python's: arrays come
 * through the buffer protocol. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* The loops become vector instructions; of these the widest that the processor has are taken when the module is loaded.
 * Elsewhere the compiler's default is used. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "arch=x86-64-v2", "default")))
#else
#define WIDEST
#endif

/* MurmurHash3's 64-bit finaliser. */
static inline uint64_t mix64(uint64_t value) {
    value ^= value >> 33;
    value *= 0xFF51AFD7ED558CCDu;
    value ^= value >> 33;
    value *= 0xC4CEB9FE1A85EC53u;
    return value ^ value >> 33;
}

WIDEST static void finalize(uint64_t *values, Py_ssize_t count) {
    for (Py_ssize_t place = 0; place < count; place++)
        values[place] = mix64(values[place]);
}

static PyObject *call_finalize(PyObject *Py_UNUSED(module), PyObject *array) {
    Py_buffer values;
    if (PyObject_GetBuffer(array, &values, PyBUF_WRITABLE) < 0)
        return NULL;
    finalize(values.buf, values.len / 8);
    PyBuffer_Release(&values);
    Py_RETURN_NONE;
}

/* Bytes of a token that are read as one number. */
#define GROUP 8

/* The number whose bytes these are, at most GROUP, the first the least; what follows up to `limit` may be read. */
static inline uint64_t number_of(const uint8_t *bytes, int64_t size, const uint8_t *limit) {
    uint64_t number = 0;
#if defined(_MSC_VER) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    if (limit - bytes >= GROUP) {
        memcpy(&number, bytes, GROUP);
        return size < GROUP ? number & (((uint64_t)1 << 8 * size) - 1) : number;
    }
#endif
    for (int64_t place = 0; place < size; place++)
        number |= (uint64_t)bytes[place] << 8 * place;
    return number;
}

static inline uint64_t hash_of(const uint8_t *token, int64_t size, const uint8_t *limit) {
    uint64_t hash = 0;
    for (; size > GROUP; token += GROUP, size -= GROUP)
        hash = mix64(hash + number_of(token, GROUP, limit));
    return mix64(hash + number_of(token, size, limit));
}

/* Give arrays back; None if they did fit each other, else an error. */
static PyObject *done(Py_buffer *arrays, int count, int fits) {
    while (count)
        PyBuffer_Release(&arrays[--count]);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *call_hash_spans(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer arrays[4];
    if (!PyArg_ParseTuple(arguments, "y*y*y*w*:hash_spans", &arrays[0], &arrays[1], &arrays[2], &arrays[3]))
        return NULL;
    const uint8_t *letters = arrays[0].buf, *limit = letters + arrays[0].len;
    const int64_t *starts = arrays[1].buf, *ends = arrays[2].buf;
    uint64_t *hashes = arrays[3].buf;
    Py_ssize_t size = arrays[1].len;
    int fits = size % 8 == 0 && arrays[2].len == size && arrays[3].len == size;
    for (Py_ssize_t place = 0; fits && place < size / 8; place++) {
        fits = 0 <= starts[place] && starts[place] <= ends[place] && ends[place] <= arrays[0].len;
        if (fits)
            hashes[place] = hash_of(letters + starts[place], ends[place] - starts[place], limit);
    }
    return done(arrays, 4, fits);
}

/* Permutations at a time: their minima stay in registers. */
#define BLOCK 64

/* MurmurHash3's 32-bit finaliser. */
static inline uint32_t mix32(uint32_t hash) {
    hash ^= hash >> 16;
    hash *= 0x85EBCA6Bu;
    hash ^= hash >> 13;
    hash *= 0xC2B2AE35u;
    return hash ^ hash >> 16;
}

WIDEST static void minima(const uint64_t *hashes, Py_ssize_t count, const uint32_t *multipliers,
                          const uint32_t *increments, Py_ssize_t permutations, uint32_t *row) {
    for (Py_ssize_t start = 0; start < permutations; start += BLOCK) {
        uint32_t by[BLOCK] = {0}, plus[BLOCK] = {0}, least[BLOCK];
        Py_ssize_t size = permutations - start < BLOCK ? permutations - start : BLOCK;
        memcpy(by, multipliers + start, (size_t)size * sizeof *by);
        memcpy(plus, increments + start, (size_t)size * sizeof *plus);
        memset(least, 0xFF, sizeof least);
        for (Py_ssize_t place = 0; place < count; place++) {
            uint32_t mixed = mix32((uint32_t)hashes[place]);
            for (int slot = 0; slot < BLOCK; slot++) {
                uint32_t value = by[slot] * mixed + plus[slot];
                least[slot] = value < least[slot] ? value : least[slot];
            }
        }
        memcpy(row + start, least, (size_t)size * sizeof *least);
    }
}

static PyObject *call_minima(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer arrays[5];
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*w*:minima", &arrays[0], &arrays[1], &arrays[2], &arrays[3], &arrays[4]))
        return NULL;
    const uint64_t *hashes = arrays[0].buf;
    const int64_t *offsets = arrays[1].buf;
    Py_ssize_t count = arrays[0].len / 8, documents = arrays[1].len / 8 - 1, permutations = arrays[2].len / 4;
    int fits = arrays[1].len % 8 == 0 && documents >= 0 && permutations && arrays[2].len % 4 == 0 &&
               arrays[3].len == arrays[2].len && arrays[4].len % arrays[2].len == 0 &&
               arrays[4].len / arrays[2].len == documents && 0 <= offsets[0] && offsets[documents] <= count;
    for (Py_ssize_t place = 0; fits && place < documents; place++)
        fits = offsets[place] <= offsets[place + 1];
    if (fits) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t place = 0; place < documents; place++)
            minima(hashes + offsets[place], (Py_ssize_t)(offsets[place + 1] - offsets[place]), arrays[2].buf,
                   arrays[3].buf, permutations, (uint32_t *)arrays[4].buf + place * permutations);
        Py_END_ALLOW_THREADS
    }
    return done(arrays, 5, fits);
}

static PyMethodDef methods[] = {
    {"finalize", call_finalize, METH_O, "Mix all bits of each 64-bit value into all others, in place."},
    {"hash_spans", call_hash_spans, METH_VARARGS, "Fill hashes with that of each span of bytes."},
    {"minima", call_minima, METH_VARARGS,
     "Fill signatures with the least value of each permutation of each document's hashes."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "dupdetect._kernels", .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit__kernels(void) { return PyModuleDef_Init(&definition); }
