/* What the characters of texts are: what dupdetect/extract/loops.py does by table over all texts at once. */

#include "strings.h"

/* Of each text: how many characters are of each class, how many there are, what its first and its last sign are. */
enum { CLASSES = 8, LENGTH = CLASSES, BEGINNING, ENDING, COLUMNS };

typedef struct {
    const uint8_t *classes; /* of each character, a bit each; the last is that of all beyond */
    Size last;
    PyObject *closers, *ends;
} Signs;

static int is_in(PyObject *signs, Py_UCS4 sign) {
    return PyUnicode_FindChar(signs, sign, 0, PyUnicode_GET_LENGTH(signs), 1) >= 0;
}

static void look_at(const Signs *signs, PyObject *text, double *row) {
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Size length = PyUnicode_GET_LENGTH(text), counts[256] = {0};
    for (Size place = 0; place < length; place++) {
        Py_UCS4 sign = PyUnicode_READ(kind, data, place);
        counts[signs->classes[sign < (Py_UCS4)signs->last ? (Size)sign : signs->last]]++;
    }
    for (int class = 1; class < 256; class++)
        for (int bit = 0; counts[class] && bit < CLASSES; bit++)
            row[bit] += (class >> bit & 1) ? (double)counts[class] : 0.0;
    row[LENGTH] = (double)length;
    if (!length)
        return;
    Py_UCS4 first = PyUnicode_READ(kind, data, 0), last = 0;
    row[BEGINNING] = Py_UNICODE_ISUPPER(first) ? 2 : Py_UNICODE_ISALPHA(first) ? 1 : Py_UNICODE_ISDIGIT(first) ? 3 : 0;
    while (length && is_in(signs->closers, last = PyUnicode_READ(kind, data, length - 1)))
        length--;
    row[ENDING] = length && is_in(signs->ends, last);
}

/* What a text may have that no text should; see dupdetect/extract/loops.py. */
enum { NUL = 1, SURROGATE = 2, REPLACEMENT = 4 };

/* Of the characters of one width; the accumulators have it too, so that the loop becomes vector instructions. */
#define FLAWS_OF(type, high, surrogate)                                                                                \
    static int flaws_of_##type(const type *at, Size length) {                                                          \
        type nul = 0, half = 0, replaced = 0;                                                                          \
        for (Size place = 0; place < length; place++) {                                                                \
            nul |= (type)(at[place] == 0);                                                                             \
            half |= (type)((at[place] & (type)(high)) == (type)(surrogate));                                           \
            replaced |= (type)(at[place] == (type)0xFFFD);                                                             \
        }                                                                                                              \
        return (nul ? NUL : 0) | (half ? SURROGATE : 0) | (replaced ? REPLACEMENT : 0);                                \
    }

FLAWS_OF(uint16_t, 0xF800, 0xD800)
FLAWS_OF(uint32_t, 0xFFFFF800, 0xD800)

PyObject *call_flaws(PyObject *Py_UNUSED(module), PyObject *text) {
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a str was needed");
        return NULL;
    }
    Size length = PyUnicode_GET_LENGTH(text);
    const void *data = PyUnicode_DATA(text);
    int kind = PyUnicode_KIND(text);
    return PyLong_FromLong(kind == PyUnicode_2BYTE_KIND   ? flaws_of_uint16_t(data, length)
                           : kind == PyUnicode_4BYTE_KIND ? flaws_of_uint32_t(data, length)
                                                          : (memchr(data, 0, (size_t)length) ? NUL : 0));
}

PyObject *call_forms(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *texts, *found = NULL;
    Py_buffer classes;
    Signs signs;
    if (!PyArg_ParseTuple(arguments, "O!y*UU:forms", &PyList_Type, &texts, &classes, &signs.closers, &signs.ends))
        return NULL;
    signs.classes = classes.buf;
    signs.last = classes.len - 1;
    Size count = PyList_GET_SIZE(texts);
    int fine = signs.last >= 0 && (found = PyBytes_FromStringAndSize(NULL, count * COLUMNS * (Size)sizeof(double)));
    if (fine)
        memset(PyBytes_AS_STRING(found), 0, (size_t)count * COLUMNS * sizeof(double));
    for (Size text = 0; fine && text < count; text++) {
        fine = PyUnicode_Check(PyList_GET_ITEM(texts, text));
        if (fine)
            look_at(&signs, PyList_GET_ITEM(texts, text), (double *)PyBytes_AS_STRING(found) + text * COLUMNS);
    }
    PyBuffer_Release(&classes);
    if (!fine && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "texts are strings, and characters have classes");
    return answer(fine, found);
}
