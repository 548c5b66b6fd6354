/* A page before a parser sees it: the look of dupdetect/extract/dom.py by regular expressions, in one pass. */

#include "strings.h"

/* Bytes of a tag's name, at most, that dupdetect/extract/dom.py says something of. */
#define LONGEST 16
/* What it says. */
enum { STAYS_LEVEL = 1, ENDS_NOTHING = 2, HOLDS_TEXT = 4, DRAWING = 8 };

typedef struct {
    Size depth, deepest, most, foreign;
} Survey;

/* The end of a quoted value that an "=" is followed by; NULL where there is none. */
static const char *quoted_end(const char *at, const char *end) {
    while (at < end && is_blank(*at))
        at++;
    if (at == end || (*at != '"' && *at != '\''))
        return NULL;
    const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
    return close ? close + 1 : NULL;
}

/* The place behind the end tag that ends a text, from its "<" to its name. */
static const char *text_end(const char *at, const char *end, const char *name, Size size) {
    for (; end - at >= size + 2 && (at = memchr(at, '<', (size_t)(end - at - size - 1))); at++)
        if (at[1] == '/' && !PyOS_strnicmp(at + 2, name, size))
            return at + 2 + size;
    return end;
}

/* Look at one tag, from its name on; return the place behind it. */
static const char *look_at(Survey *survey, Table *kinds, const Numbers *values, const char *at, const char *end,
                           int ending) {
    char name[LONGEST];
    Size size = 0;
    int whole = 1;
    for (; at < end && !is_blank(*at) && *at != '/' && *at != '>'; at++) {
        whole &= size < LONGEST;
        if (whole)
            name[size++] = (char)(*at >= 'A' && *at <= 'Z' ? *at | 32 : *at);
    }
    Size number = whole ? number_of(kinds, name, size, 0) : UNKNOWN;
    Size kind = number < 0 ? 0 : values->at[number];
    if (kind & HOLDS_TEXT && !ending) {
        const char *close = memchr(at, '>', (size_t)(end - at));
        if (close)
            return text_end(close, end, name, size);
    }
    Size attributes = 0;
    int within = 0; /* an attribute */
    char last = 0;
    while (at < end && *at != '>') {
        const char *quoted = *at == '=' ? quoted_end(at + 1, end) : NULL;
        last = quoted ? quoted[-1] : *at;
        if (quoted || is_blank(*at) || *at == '/')
            within = 0;
        else if (!within++)
            attributes++;
        at = quoted ? quoted : at + 1;
    }
    if (attributes > survey->most)
        survey->most = attributes;
    if (ending) {
        survey->depth -= !(kind & ENDS_NOTHING) && survey->depth;
        survey->foreign -= kind & DRAWING && survey->foreign;
    } else if (!(kind & STAYS_LEVEL) && !(survey->foreign && last == '/')) {
        survey->foreign += (kind & DRAWING) != 0;
        if (++survey->depth > survey->deepest)
            survey->deepest = survey->depth;
    }
    return at;
}

PyObject *call_survey(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *html, *kinds, *key, *value;
    Size size, place = 0;
    Table names = {0};
    Numbers values = {0};
    Survey survey = {0};
    if (!PyArg_ParseTuple(arguments, "SO!:survey", &html, &PyDict_Type, &kinds))
        return NULL;
    const char *at = PyBytes_AS_STRING(html), *end = at + PyBytes_GET_SIZE(html);
    int fine = fill(&names, kinds);
    while (fine && PyDict_Next(kinds, &place, &key, &value))
        fine = push(&values, PyLong_AsSsize_t(value)) && !PyErr_Occurred();
    while (fine && (at = memchr(at, '<', (size_t)(end - at)))) {
        size = end - ++at;
        if (size >= 3 && !memcmp(at, "!--", 3)) {
            at += 3;
            if (at < end && (*at == '>' || (end - at > 1 && at[0] == '-' && at[1] == '>')))
                continue;
            for (; (at = memchr(at, '-', (size_t)(end - at))); at++)
                if ((end - at > 2 && at[1] == '-' && at[2] == '>') ||
                    (end - at > 3 && at[1] == '-' && at[2] == '!' && at[3] == '>'))
                    break;
            if (!at)
                break;
        } else {
            int ending = size && *at == '/';
            at += ending;
            if (at < end && is_letter(*at))
                at = look_at(&survey, &names, &values, at, end, ending);
        }
    }
    empty(&names);
    PyMem_Free(values.at);
    if (!fine)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    return Py_BuildValue("nn", survey.deepest, survey.most);
}
