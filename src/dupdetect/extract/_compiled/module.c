/* The compiled loops of extraction, a file each. They need no header but Python's: arrays come as buffers. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

PyObject *call_flatten(PyObject *, PyObject *);
PyObject *call_survey(PyObject *, PyObject *);
PyObject *call_vocabulary(PyObject *, PyObject *);
PyObject *call_tally(PyObject *, PyObject *);
PyObject *call_scores(PyObject *, PyObject *);
PyObject *call_names(PyObject *, PyObject *);
PyObject *call_inherited(PyObject *, PyObject *);
PyObject *call_paths(PyObject *, PyObject *);
PyObject *call_bits(PyObject *, PyObject *);
PyObject *call_weights(PyObject *, PyObject *);
PyObject *call_forms(PyObject *, PyObject *);
PyObject *call_flaws(PyObject *, PyObject *);
PyObject *call_inner(PyObject *, PyObject *);

static PyObject *call_give_back(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing)) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"give_back", call_give_back, METH_NOARGS,
     "Give memory that is free back to the system, where the C library keeps it."},
    {"flatten", call_flatten, METH_VARARGS,
     "Return the columns of a page as a serialiser wrote it, None where none did."},
    {"survey", call_survey, METH_VARARGS,
     "Return how deep the tags of a page may nest, and the most attributes that one may have."},
    {"vocabulary", call_vocabulary, METH_O, "Return words and their numbers, or weights, for the other functions."},
    {"tally", call_tally, METH_VARARGS,
     "Return of each text the bits of its words, how many differ, and how many are of either kind."},
    {"scores", call_scores, METH_VARARGS, "Return the sum of the weights of each text's words and pairs of words."},
    {"names", call_names, METH_VARARGS,
     "Return the different words of names, each look's, and where each look begins."},
    {"bits", call_bits, METH_VARARGS, "Return the bits of words, and of those that they are glued from."},
    {"weights", call_weights, METH_VARARGS, "Return the weights of words."},
    {"flaws", call_flaws, METH_O, "Return what a text has that no text should."},
    {"forms", call_forms, METH_VARARGS, "Return how many characters of each class each text has, and its form."},
    {"inner", call_inner, METH_VARARGS, "Return the sum over the different looks within each block."},
    {"inherited", call_inherited, METH_VARARGS,
     "Return what each element's look and those around it say: all bits, the sum, or the nearest."},
    {"paths", call_paths, METH_VARARGS, "Return the number of the path of steps to each element."},
    {NULL, NULL, 0, NULL},
};

/* What the functions are given and return; counted up where that changes, in dupdetect/extract/loops.py too. */
static int add_version(PyObject *module) { return PyModule_AddIntConstant(module, "VERSION", 1); }

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, add_version},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "dupdetect.extract._loops",
                                        .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit__loops(void) { return PyModuleDef_Init(&definition); }
