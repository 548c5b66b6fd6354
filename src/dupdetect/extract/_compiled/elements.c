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

/* How what a look says goes together with what is said around. */
enum { BITS, SUM, NEAREST };

PyObject *call_inherited(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer arrays[4];
    int how;
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*i:inherited", &arrays[0], &arrays[1], &arrays[2], &arrays[3], &how))
        return NULL;
    PyObject *found = NULL;
    if (fits(&arrays[0], &arrays[1], &arrays[2], &arrays[3]) &&
        (found = PyBytes_FromStringAndSize(NULL, arrays[1].len))) {
        const int64_t *elements = arrays[0].buf, *outer = arrays[1].buf, *numbers = arrays[2].buf,
                      *values = arrays[3].buf;
        int64_t *all = (int64_t *)PyBytes_AS_STRING(found);
        double *sums = (double *)PyBytes_AS_STRING(found);
        const double *weights = arrays[3].buf;
        memset(all, 0, (size_t)arrays[1].len);
        for (Size place = 0; place < arrays[0].len / 8; place++) {
            int64_t element = elements[place], around = outer[element], number = numbers[element];
            if (how == SUM)
                sums[element] = sums[around] + weights[number];
            else if (how == BITS)
                all[element] = all[around] | values[number];
            else
                all[element] = values[number] < 0 ? all[around] : values[number];
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

PyObject *call_inner(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Py_buffer arrays[4];
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*:inner", &arrays[0], &arrays[1], &arrays[2], &arrays[3]))
        return NULL;
    const int64_t *firsts = arrays[0].buf, *lasts = arrays[1].buf, *looks = arrays[2].buf;
    const double *weights = arrays[3].buf;
    Size blocks = arrays[0].len / 8, elements = arrays[2].len / 8, kinds = arrays[3].len / 8;
    PyObject *found = PyBytes_FromStringAndSize(NULL, arrays[0].len);
    Size *last = PyMem_Calloc((size_t)kinds + 1, sizeof *last); /* the block that had each look last */
    int fine = found && last && arrays[1].len == arrays[0].len;
    for (Size block = 0; fine && block < blocks; block++) {
        double sum = 0;
        fine = firsts[block] >= 0 && lasts[block] <= elements;
        for (int64_t element = firsts[block]; fine && element < lasts[block]; element++) {
            int64_t look = looks[element];
            fine = look >= 0 && look < kinds;
            if (fine && last[look] != block + 1) {
                last[look] = block + 1;
                sum += weights[look];
            }
        }
        memcpy(PyBytes_AS_STRING(found) + block * (Size)sizeof sum, &sum, sizeof sum);
    }
    PyMem_Free(last);
    if (!fine && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
    return released(arrays, 4, answer(fine, found));
}
