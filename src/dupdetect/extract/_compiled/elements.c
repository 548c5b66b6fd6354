/* What elements have from those around them: what dupdetect/extract/loops.py does element by element. */

#include "strings.h"

/* Arrays of 64-bit numbers, and how many of each there must be. */
static PyObject *released(Py_buffer *arrays, int count, PyObject *result) {
    while (count)
        PyBuffer_Release(&arrays[--count]);
    return result;
}

/* Whether each of some elements, in order, and what it stands in are elements, and whether each has a look. */
static int fits(const Py_buffer *held, const Py_buffer *parents, const Py_buffer *looks, const Py_buffer *values) {
    const int64_t *elements = held->buf, *outer = parents->buf, *numbers = looks->buf;
    int64_t count = parents->len / 8;
    int fine = looks->len == parents->len && !(held->len % 8);
    for (Size place = 0; fine && place < held->len / 8; place++) {
        int64_t element = elements[place];
        fine = element > 0 && element < count && outer[element] >= 0 && outer[element] < element &&
               numbers[element] >= 0 && numbers[element] < values->len / 8;
    }
    if (!fine)
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
    return fine;
}

PyObject *call_inherited(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer arrays[4];
    int sums;
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*p:inherited", &arrays[0], &arrays[1], &arrays[2], &arrays[3], &sums))
        return NULL;
    PyObject *found = NULL;
    if (fits(&arrays[0], &arrays[1], &arrays[2], &arrays[3]) &&
        (found = PyBytes_FromStringAndSize(NULL, arrays[1].len))) {
        const int64_t *elements = arrays[0].buf, *outer = arrays[1].buf, *numbers = arrays[2].buf;
        memset(PyBytes_AS_STRING(found), 0, (size_t)arrays[1].len);
        for (Size place = 0; place < arrays[0].len / 8; place++) {
            int64_t element = elements[place];
            if (sums)
                ((double *)PyBytes_AS_STRING(found))[element] = ((double *)PyBytes_AS_STRING(found))[outer[element]] +
                                                                ((const double *)arrays[3].buf)[numbers[element]];
            else
                ((int64_t *)PyBytes_AS_STRING(found))[element] = ((int64_t *)PyBytes_AS_STRING(found))[outer[element]] |
                                                                 ((const int64_t *)arrays[3].buf)[numbers[element]];
        }
    }
    return released(arrays, 4, found);
}

PyObject *call_paths(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer arrays[4];
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*:paths", &arrays[0], &arrays[1], &arrays[2], &arrays[3]))
        return NULL;
    PyObject *found = NULL;
    Table table = {0};
    int fine = fits(&arrays[0], &arrays[1], &arrays[2], &arrays[3]) && widen(&table) &&
               (found = PyBytes_FromStringAndSize(NULL, arrays[1].len));
    if (fine) {
        const int64_t *elements = arrays[0].buf, *outer = arrays[1].buf, *numbers = arrays[2].buf,
                      *steps = arrays[3].buf;
        int64_t *paths = (int64_t *)PyBytes_AS_STRING(found);
        memset(paths, 0, (size_t)arrays[1].len);
        for (Size place = 0; fine && place < arrays[0].len / 8; place++) {
            int64_t step[2] = {paths[outer[elements[place]]], steps[numbers[elements[place]]]};
            Size number = number_of(&table, (const char *)step, sizeof step, 1);
            fine = number >= 0;
            paths[elements[place]] = number + 1;
        }
    }
    empty(&table);
    return released(arrays, 4, answer(fine, found));
}
