/* The words of texts and names: what dupdetect/extract/loops.py does with strings, sets and dicts. */

#include "strings.h"

/* --- vocabularies --- */

/* Words with a number each, or a weight: made once, read for every page. */
typedef struct {
    Table words;
    Size *bits;
    double *weights;
    char *begins_pair;
} Vocabulary;

static const char VOCABULARY[] = "dupdetect vocabulary";

static void forget(Vocabulary *vocabulary) {
    empty(&vocabulary->words);
    PyMem_Free(vocabulary->bits);
    PyMem_Free(vocabulary->weights);
    PyMem_Free(vocabulary->begins_pair);
    PyMem_Free(vocabulary);
}

static void forget_capsule(PyObject *capsule) { forget(PyCapsule_GetPointer(capsule, VOCABULARY)); }

/* Put the words of a dict in, and those that begin a pair of words. */
static int learn(Vocabulary *vocabulary, PyObject *dict) {
    PyObject *key, *value;
    Size place = 0, size;
    if (!fill(&vocabulary->words, dict))
        return 0;
    Size most = 2 * PyDict_GET_SIZE(dict);
    vocabulary->bits = PyMem_Calloc((size_t)most + 1, sizeof *vocabulary->bits);
    vocabulary->weights = PyMem_Calloc((size_t)most + 1, sizeof *vocabulary->weights);
    vocabulary->begins_pair = PyMem_Calloc((size_t)most + 1, 1);
    if (!vocabulary->bits || !vocabulary->weights || !vocabulary->begins_pair)
        return 0;
    for (Size number = 0; PyDict_Next(dict, &place, &key, &value); number++) {
        if (PyFloat_Check(value))
            vocabulary->weights[number] = PyFloat_AS_DOUBLE(value);
        else
            vocabulary->bits[number] = PyLong_AsSsize_t(value);
        const char *words = utf8_of(key, &size);
        const char *blank = words ? memchr(words, ' ', (size_t)size) : NULL;
        if (blank) {
            Size first = number_of(&vocabulary->words, words, blank - words, 1);
            if (first < 0)
                return 0;
            vocabulary->begins_pair[first] = 1;
        }
    }
    return !PyErr_Occurred();
}

PyObject *call_vocabulary(PyObject *Py_UNUSED(module), PyObject *dict) {
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "a vocabulary is made of a dict");
        return NULL;
    }
    Vocabulary *vocabulary = PyMem_Calloc(1, sizeof *vocabulary);
    PyObject *capsule = NULL;
    if (vocabulary && learn(vocabulary, dict))
        capsule = PyCapsule_New(vocabulary, VOCABULARY, forget_capsule);
    if (vocabulary && !capsule)
        forget(vocabulary);
    return capsule || PyErr_Occurred() ? capsule : PyErr_NoMemory();
}

/* --- words between spaces --- */

/* A word of the text at hand: how often a text has it does not count. */
typedef struct {
    Size text; /* the text that had it last */
    uint64_t hash;
    const char *at;
    Size size;
} Seen;

#define SEEN 1024 /* a short text has fewer words than half of it */

/* Whether the text has not had the word. */
static int is_new(Seen *seen, Size text, const char *at, Size size) {
    uint64_t hash = hash_of(at, size);
    Seen *slot = &seen[hash & (SEEN - 1)];
    for (; slot->text == text; slot = slot == seen + SEEN - 1 ? seen : slot + 1)
        if (slot->hash == hash && slot->size == size && !memcmp(slot->at, at, (size_t)size))
            return 0;
    *slot = (Seen){text, hash, at, size};
    return 1;
}

/* What one text says: the bits of its words, how many are different, how many are of either kind. */
typedef struct {
    Size bits, distinct, told[2];
} Tally;

static void tally_text(Tally *tally, Seen *seen, Size text, Vocabulary *phrases, Table *told, const Numbers *kinds,
                       Numbers *last, const char *at, const char *end, int is_short) {
    while (at < end) {
        const char *word = at;
        int width = 0;
        while (at < end && !(width = space_at(at, end)) && !(is_short && (*at == ':' || *at == ',')))
            at++;
        Size size = at - word;
        at += at < end && !width ? 1 : width;
        if (!size || (is_short && !is_new(seen, text, word, size)))
            continue;
        tally->distinct += is_short;
        Size number = is_short ? number_of(&phrases->words, word, size, 0) : UNKNOWN;
        if (number >= 0)
            tally->bits |= phrases->bits[number];
        number = number_of(told, word, size, 0);
        if (number >= 0 && last->at[number] != text) {
            last->at[number] = text;
            tally->told[0] += kinds->at[number] & 1;
            tally->told[1] += kinds->at[number] >> 1 & 1;
        }
    }
}

PyObject *call_tally(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *texts, *capsule, *dict, *key, *value, *found = NULL;
    Size most, place = 0;
    if (!PyArg_ParseTuple(arguments, "O!OO!n:tally", &PyList_Type, &texts, &capsule, &PyDict_Type, &dict, &most))
        return NULL;
    Vocabulary *phrases = PyCapsule_GetPointer(capsule, VOCABULARY);
    if (!phrases)
        return NULL;
    Size count = PyList_GET_SIZE(texts);
    Table told = {0};
    Numbers kinds = {0}, last = {0};
    Seen *seen = PyMem_Calloc(SEEN, sizeof *seen);
    int fine = seen && most <= SEEN && fill(&told, dict) &&
               (found = PyBytes_FromStringAndSize(NULL, count * (Size)sizeof(Tally)));
    while (fine && PyDict_Next(dict, &place, &key, &value))
        fine = push(&kinds, PyLong_AsSsize_t(value)) && push(&last, 0) && !PyErr_Occurred();
    for (Size text = 0; fine && text < count; text++) {
        Size size;
        PyObject *said = PyList_GET_ITEM(texts, text);
        const char *at = utf8_of(said, &size);
        Tally *tally = (Tally *)PyBytes_AS_STRING(found) + text;
        memset(tally, 0, sizeof *tally);
        if ((fine = at != NULL))
            tally_text(tally, seen, text + 1, phrases, &told, &kinds, &last, at, at + size,
                       PyUnicode_GET_LENGTH(said) < most);
    }
    empty(&told);
    PyMem_Free(kinds.at);
    PyMem_Free(last.at);
    PyMem_Free(seen);
    return answer(fine, found);
}

/* --- words of letters, and numbers --- */

/* The code point at a place of valid UTF-8, and its bytes. */
static Py_UCS4 code_at(const char *at, int *width) {
    unsigned char first = (unsigned char)*at;
    *width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    Py_UCS4 code = first < 0x80 ? first : first & (0xFFu >> (*width + 1));
    for (int place = 1; place < *width; place++)
        code = code << 6 | (at[place] & 63);
    return code;
}

enum { OTHER, LETTER, NUMBER, SIGN };

/* What a character is to a word: "©" is a word of its own. */
static int class_at(const char *at, int *width) {
    *width = 1;
    if (is_letter(*at))
        return LETTER;
    if ((unsigned char)*at < 0x80)
        return *at >= '0' && *at <= '9' ? NUMBER : OTHER;
    Py_UCS4 code = code_at(at, width);
    return Py_UNICODE_ISDECIMAL(code) ? NUMBER : Py_UNICODE_ISALNUM(code) ? LETTER : code == 0xA9 ? SIGN : OTHER;
}

/* The next word of a text; its size is 0 at the end. Every number is "0". */
static const char *next_word(const char **from, const char *end, Size *size) {
    const char *at = *from, *word;
    int width, kind = OTHER;
    for (; at < end && (kind = class_at(at, &width)) == OTHER; at += width)
        ;
    word = at;
    if (at < end) {
        do
            at += width;
        while (kind != SIGN && at < end && class_at(at, &width) == kind);
    }
    *from = at;
    *size = kind == NUMBER && at > word ? 1 : at - word;
    return kind == NUMBER ? "0" : word;
}

typedef struct {
    Vocabulary *vocabulary;
    Size *last; /* text that had each word last */
    Bytes key;
    double total;
} Scorer;

/* Add the weight of a word, or of two with a sign between, the first time that a text has it; tell its number. */
static int weigh(Scorer *scorer, Size text, const char *one, Size size, char between, const char *other, Size more,
                 Size *number) {
    if (between) {
        scorer->key.size = 0;
        if (!append(&scorer->key, one, size) || !append(&scorer->key, &between, 1) ||
            !append(&scorer->key, other, more))
            return 0;
        one = scorer->key.at;
        size = scorer->key.size;
    }
    *number = number_of(&scorer->vocabulary->words, one, size, 0);
    if (*number >= 0 && scorer->last[*number] != text) {
        scorer->last[*number] = text;
        scorer->total += scorer->vocabulary->weights[*number];
    }
    return 1;
}

static int score_text(Scorer *scorer, Size text, const char *at, const char *end, Size most) {
    const char *before = "", *word;
    Size size, before_size = 0, number, opener = UNKNOWN, ignored;
    scorer->total = 0;
    for (Size place = 0; place < most && (word = next_word(&at, end, &size), size); place++) {
        if (!place && !weigh(scorer, text, "", 0, '^', word, size, &ignored))
            return 0;
        if (opener >= 0 && scorer->vocabulary->begins_pair[opener] &&
            !weigh(scorer, text, before, before_size, ' ', word, size, &ignored))
            return 0;
        if (!weigh(scorer, text, word, size, 0, NULL, 0, &number))
            return 0;
        opener = number;
        before = word;
        before_size = size;
    }
    return 1;
}

PyObject *call_scores(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *texts, *capsule, *found = NULL;
    Size longest, most;
    if (!PyArg_ParseTuple(arguments, "O!Onn:scores", &PyList_Type, &texts, &capsule, &longest, &most))
        return NULL;
    Scorer scorer = {.vocabulary = PyCapsule_GetPointer(capsule, VOCABULARY)};
    if (!scorer.vocabulary)
        return NULL;
    Size count = PyList_GET_SIZE(texts);
    scorer.last = PyMem_Calloc((size_t)scorer.vocabulary->words.hashes.size + 1, sizeof *scorer.last);
    int fine = scorer.last && (found = PyBytes_FromStringAndSize(NULL, count * (Size)sizeof(double)));
    for (Size text = 0; fine && text < count; text++) {
        Size size;
        PyObject *said = PyList_GET_ITEM(texts, text);
        const char *at = utf8_of(said, &size);
        fine = at && score_text(&scorer, text + 1, at, at + size, PyUnicode_GET_LENGTH(said) < longest ? most : 0);
        if (fine)
            memcpy(PyBytes_AS_STRING(found) + text * (Size)sizeof scorer.total, &scorer.total, sizeof scorer.total);
    }
    PyMem_Free(scorer.last);
    PyMem_Free(scorer.key.at);
    if (!fine && !PyErr_Occurred())
        PyErr_SetString(PyExc_MemoryError, "no memory to look at words");
    return answer(fine, found);
}

/* --- words of names --- */

static inline int is_lower(char sign) { return sign >= 'a' && sign <= 'z'; }
static inline int is_upper(char sign) { return sign >= 'A' && sign <= 'Z'; }

typedef struct {
    Table words;
    Numbers entries, starts;
    PyObject *vocabulary;
} Naming;

/* Note a word of the names at hand. */
static int note(Naming *naming, const char *word, Size size) {
    char lower[64];
    Bytes longer = {0};
    char *key = lower;
    if (size > (Size)sizeof lower) {
        if (!reserve(&longer, size))
            return 0;
        key = longer.at;
    }
    for (Size place = 0; place < size; place++)
        key[place] = (char)(word[place] | 32);
    Size number = number_of(&naming->words, key, size, 1);
    int fine = number >= 0;
    if (fine && number == PyList_GET_SIZE(naming->vocabulary)) {
        PyObject *text = PyUnicode_DecodeASCII(key, size, NULL);
        fine = text && !PyList_Append(naming->vocabulary, text);
        Py_XDECREF(text);
    }
    PyMem_Free(longer.at);
    if (!fine)
        return 0;
    return push(&naming->entries, number);
}

static int compare(const void *one, const void *other) {
    Size left = *(const Size *)one, right = *(const Size *)other;
    return (left > right) - (left < right);
}

/* End the names at hand: each number once, the least first. */
static void settle(Naming *naming) {
    Size start = naming->starts.at[naming->starts.size - 1], *at = naming->entries.at + start,
         size = naming->entries.size - start;
    for (Size place = 1; place < size; place++)
        if (at[place] <= at[place - 1]) {
            qsort(at, (size_t)size, sizeof *at, compare);
            break;
        }
    Size kept = 1;
    for (Size place = 1; place < size; place++)
        if (at[place] != at[kept - 1])
            at[kept++] = at[place];
    naming->entries.size = start + kept;
}

/* Note the words of a name: letters, parted by all else, and before capitals; a capital alone is none. */
static int read_name(Naming *naming, const char *at, const char *end) {
    int fine = 1;
    while (fine && at < end) {
        const char *word = at;
        while (at < end && is_lower(*at))
            at++;
        if (at > word)
            fine = note(naming, word, at - word);
        else if (is_upper(*at)) /* the run of letters from a capital on */
            while (fine && at < end && is_letter(*at)) {
                word = at;
                if (is_lower(*at) || (end - at > 1 && is_lower(at[1])))
                    for (at++; at < end && is_lower(*at); at++)
                        ;
                else
                    for (; at < end && is_upper(*at); at++)
                        ;
                if (at - word > 1 || is_lower(*word))
                    fine = note(naming, word, at - word);
            }
        else
            at++;
    }
    return fine;
}

/* Note the words of each name of a look: a tuple, its tag first. */
static int read_look(Naming *naming, PyObject *look, PyObject *unnamed, Size names) {
    if (!PyTuple_Check(look) || PyTuple_GET_SIZE(look) <= names) {
        PyErr_SetString(PyExc_TypeError, "a look is a tuple of a tag and names");
        return 0;
    }
    if (!push(&naming->starts, naming->entries.size) || !push(&naming->entries, 0))
        return 0;
    int skip = PySet_Contains(unnamed, PyTuple_GET_ITEM(look, 0));
    for (Size which = 1; !skip && which <= names; which++) {
        Size size;
        PyObject *name = PyTuple_GET_ITEM(look, which);
        const char *at = name == Py_None ? NULL : utf8_of(name, &size);
        if (name != Py_None && (!at || !read_name(naming, at, at + size)))
            return 0;
    }
    if (skip >= 0)
        settle(naming);
    return skip >= 0;
}

PyObject *call_names(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *looks, *unnamed, *found = NULL;
    Size count;
    if (!PyArg_ParseTuple(arguments, "O!O!n:names", &PyList_Type, &looks, &PyFrozenSet_Type, &unnamed, &count))
        return NULL;
    Naming naming = {.vocabulary = PyList_New(0)};
    PyObject *none = PyUnicode_FromStringAndSize("\0", 1);
    int fine = naming.vocabulary && none && widen(&naming.words) && number_of(&naming.words, "\0", 1, 1) == 0 &&
               !PyList_Append(naming.vocabulary, none);
    Py_XDECREF(none);
    for (Size look = 0; fine && look < PyList_GET_SIZE(looks); look++)
        fine = read_look(&naming, PyList_GET_ITEM(looks, look), unnamed, count);
    if (fine)
        found = Py_BuildValue("(Oy#y#)", naming.vocabulary, naming.entries.at, naming.entries.size * (Size)sizeof(Size),
                              naming.starts.at, naming.starts.size * (Size)sizeof(Size));
    Py_XDECREF(naming.vocabulary);
    empty(&naming.words);
    PyMem_Free(naming.entries.at);
    PyMem_Free(naming.starts.at);
    return answer(fine, found);
}

/* Whether a word holds a stem. */
static int holds(const char *word, Size size, const char *stem, Size length) {
    const char *end = word + size - length + 1;
    for (; word < end && (word = memchr(word, *stem, (size_t)(end - word))); word++)
        if (!memcmp(word, stem, (size_t)length))
            return 1;
    return 0;
}

PyObject *call_bits(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *words, *capsules[2], *found = NULL;
    Size glued;
    if (!PyArg_ParseTuple(arguments, "O!OOn:bits", &PyList_Type, &words, &capsules[0], &capsules[1], &glued))
        return NULL;
    Vocabulary *known = PyCapsule_GetPointer(capsules[0], VOCABULARY);
    Vocabulary *stems = known ? PyCapsule_GetPointer(capsules[1], VOCABULARY) : NULL;
    if (!stems)
        return NULL;
    const Table *table = &stems->words;
    found = PyBytes_FromStringAndSize(NULL, PyList_GET_SIZE(words) * (Size)sizeof(int64_t));
    int fine = found != NULL;
    for (Size place = 0; fine && place < PyList_GET_SIZE(words); place++) {
        Size size;
        const char *word = utf8_of(PyList_GET_ITEM(words, place), &size);
        if (!(fine = word != NULL))
            break;
        Size number = number_of(&known->words, word, size, 0);
        int64_t all = number < 0 ? 0 : known->bits[number];
        if (!all && size >= glued)
            for (Size stem = 0; stem < table->hashes.size; stem++)
                if (holds(word, size, table->letters.at + table->starts.at[stem],
                          table->starts.at[stem + 1] - table->starts.at[stem]))
                    all |= stems->bits[stem];
        memcpy(PyBytes_AS_STRING(found) + place * (Size)sizeof all, &all, sizeof all);
    }
    return answer(fine, found);
}

PyObject *call_weights(PyObject *Py_UNUSED(module), PyObject *arguments) {
    PyObject *words, *capsule;
    if (!PyArg_ParseTuple(arguments, "O!O:weights", &PyList_Type, &words, &capsule))
        return NULL;
    Vocabulary *known = PyCapsule_GetPointer(capsule, VOCABULARY);
    PyObject *found = known ? PyBytes_FromStringAndSize(NULL, PyList_GET_SIZE(words) * (Size)sizeof(double)) : NULL;
    int fine = found != NULL;
    for (Size place = 0; fine && place < PyList_GET_SIZE(words); place++) {
        Size size;
        const char *word = utf8_of(PyList_GET_ITEM(words, place), &size);
        if (!(fine = word != NULL))
            break;
        Size number = number_of(&known->words, word, size, 0);
        double weight = number < 0 ? 0.0 : known->weights[number];
        memcpy(PyBytes_AS_STRING(found) + place * (Size)sizeof weight, &weight, sizeof weight);
    }
    return answer(fine, found);
}
