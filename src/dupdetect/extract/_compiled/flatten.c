/* A page's serialised tree into flat lists: what dupdetect/extract/flatten.py does by events. */

#include "strings.h"

/* --- characters --- */

/* Bytes of a soft hyphen, zero-width space, word joiner or byte order mark; 0 for none. */
static inline int invisible_at(const char *at, const char *end) {
    if (end - at >= 2 && !memcmp(at, "\xC2\xAD", 2))
        return 2;
    if (end - at >= 3 &&
        (!memcmp(at, "\xE2\x80\x8B", 3) || !memcmp(at, "\xE2\x81\xA0", 3) || !memcmp(at, "\xEF\xBB\xBF", 3)))
        return 3;
    return 0;
}

static int all_space(const char *at, const char *end) {
    for (int width; at < end; at += width)
        if (!(width = space_at(at, end)))
            return 0;
    return 1;
}

static Size code_points(const char *at, const char *end) {
    Size count = 0;
    for (; at < end; at++)
        count += (*at & 0xC0) != 0x80;
    return count;
}

/* Append a text with its white space collapsed; without what no reader sees where `visible`. */
static int collapse(Bytes *out, const char *at, const char *end, int visible) {
    if (!reserve(out, end - at))
        return 0;
    char *to = out->at + out->size;
    int width, begun = 0, parted = 0;
    while (at < end) {
        if ((width = space_at(at, end))) {
            parted = begun;
            at += width;
            continue;
        }
        if (parted)
            *to++ = ' ';
        parted = 0;
        begun = 1;
        if ((unsigned char)*at >= 0x80 && visible && (width = invisible_at(at, end))) {
            at += width;
            continue;
        }
        do
            *to++ = *at++;
        while (at < end && (unsigned char)*at < 0x80 && (unsigned char)*at > ' ');
        while (at < end && (*at & 0xC0) == 0x80)
            *to++ = *at++;
    }
    out->size = to - out->at;
    return 1;
}

/* Append text or an attribute's value as a serialiser escapes it. */
static int unescape(Bytes *out, const char *at, const char *end) {
    static const struct {
        const char *name, *sign;
        int size, width;
    } entities[] = {{"&amp;", "&", 5, 1},
                    {"&nbsp;", "\xC2\xA0", 6, 2},
                    {"&lt;", "<", 4, 1},
                    {"&gt;", ">", 4, 1},
                    {"&quot;", "\"", 6, 1}};
    if (!reserve(out, end - at))
        return 0;
    char *to = out->at + out->size;
    while (at < end) {
        const char *next = memchr(at, '&', (size_t)(end - at));
        size_t size = (size_t)((next ? next : end) - at);
        memcpy(to, at, size);
        to += size;
        if (!next)
            break;
        at = next;
        int width = 0;
        for (size_t which = 0; which < sizeof entities / sizeof *entities && !width; which++)
            if (end - at >= entities[which].size && !memcmp(at, entities[which].name, (size_t)entities[which].size)) {
                memcpy(to, entities[which].sign, (size_t)entities[which].width);
                to += entities[which].width;
                width = entities[which].size;
            }
        if (!width)
            *to++ = *at;
        at += width ? width : 1;
    }
    out->size = to - out->at;
    return 1;
}

/* --- a page's columns --- */

/* What an element is to the flow of text: flatten.py beside this folder gives each name one of these, and more. */
enum {
    BLOCK,
    PRE,
    INLINE,
    LINK,
    STRONG,
    SCRIPT,
    HEAD,
    TITLE,
    BREAK,
    OPAQUE,
    FLOWS = 15,
    EMPTY = 16,
    RAW = 32,
    FOREIGN = 64
};

/* An inline element of so many pieces, or of so many code points, is no name, date or headline. */
#define SHORT 9
#define SHORT_TEXT 1000
/* Attributes that are part of a look. */
#define OF_LOOK 5
/* Attributes that are asked for, at most. */
#define KEPT 32

typedef struct {
    Size tag, element, flow, owner, start, links, linked;
    int said; /* has attributes */
} Open;

typedef struct {
    const char *name, *value;
    Size name_size, value_size;
} Attribute;

typedef struct {
    const char *at, *end;
    /* Tags of this page; tags with a flow; looks; attributes that are asked for. */
    Table names, known, looks_known, attributes_known;
    Numbers flows, flow_of;
    /* By an attribute's number: dict of elements and values, None for those of a look; borrowed. */
    PyObject *kept[KEPT];
    Numbers parents, look_numbers, ends, block_starts, block_ends, owners, firsts, lasts, linked, links, strong, tag_of;
    PyObject *tag_names, *looks, *texts, *spans, *data, *heads;
    PyTypeObject *kind; /* of looks: a tuple with names */
    Bytes run, scratch, title, key;
    Numbers pieces, points; /* where each piece begins in the run; how many code points stand before it */
    Open *open;
    Size level, room;
    Attribute *has;
    Size count, has_room;
    /* The flow of text. */
    Size inner, owner, first, elements, blocks, breaks, run_linked, run_links, run_strong, run_points, in_links,
        in_strong, in_pre;
    int in_title;
} Reader;

/* How a step ended: well; with a Python error; at markup that no serialiser writes, or beyond a limit. */
enum { FINE, FAILED, STRANGE };

#define TRY(step)                                                                                                      \
    do {                                                                                                               \
        int how = (step);                                                                                              \
        if (how != FINE)                                                                                               \
            return how;                                                                                                \
    } while (0)
#define NEED(memory)                                                                                                   \
    do {                                                                                                               \
        if (!(memory)) {                                                                                               \
            if (!PyErr_Occurred())                                                                                     \
                PyErr_NoMemory();                                                                                      \
            return FAILED;                                                                                             \
        }                                                                                                              \
    } while (0)

static PyObject *text_of(const char *at, Size size) { return PyUnicode_DecodeUTF8(at, size, "replace"); }

static int add(PyObject *list, PyObject *value) {
    NEED(value);
    int failed = PyList_Append(list, value);
    Py_DECREF(value);
    return failed ? FAILED : FINE;
}

static int set_at(PyObject *dict, Size number, PyObject *value) {
    NEED(value);
    PyObject *key = PyLong_FromSsize_t(number);
    int failed = !key || PyDict_SetItem(dict, key, value);
    Py_XDECREF(key);
    Py_DECREF(value);
    return failed ? FAILED : FINE;
}

static PyObject *value_of(Reader *reader, const Attribute *attribute) {
    if (!memchr(attribute->value, '&', (size_t)attribute->value_size))
        return text_of(attribute->value, attribute->value_size);
    reader->scratch.size = 0;
    if (!unescape(&reader->scratch, attribute->value, attribute->value + attribute->value_size))
        return PyErr_NoMemory();
    return text_of(reader->scratch.at, reader->scratch.size);
}

/* End the block so far, if it has words. */
static int finish(Reader *reader) {
    const char *at = reader->run.at, *end = at + reader->run.size;
    int kept = 0, width;
    reader->scratch.size = 0;
    if (reader->in_pre) {
        const char *left = at, *right = end;
        while (left < right && (width = space_at(left, right)))
            left += width;
        for (;;) { /* white space at the end: up to three bytes back */
            for (width = 1; width <= 3 && right - left >= width && space_at(right - width, right) != width; width++)
                ;
            if (width > 3 || right - left < width)
                break;
            right -= width;
        }
        if (memchr(left, '\n', (size_t)(right - left))) {
            kept = 1;
            while (at < end && (*at == '\r' || *at == '\n'))
                at++;
            while (at < end && (end[-1] == '\r' || end[-1] == '\n'))
                end--;
            NEED(reserve(&reader->scratch, end - at));
            while (at < end)
                if ((unsigned char)*at >= 0x80 && (width = invisible_at(at, end)))
                    at += width;
                else
                    reader->scratch.at[reader->scratch.size++] = *at++;
        }
    }
    if (!kept)
        NEED(collapse(&reader->scratch, at, end, 1));
    at = reader->scratch.at;
    if (reader->scratch.size && !all_space(at, at + reader->scratch.size)) {
        TRY(add(reader->texts, text_of(at, reader->scratch.size)));
        NEED(push(&reader->owners, reader->owner) && push(&reader->firsts, reader->first) &&
             push(&reader->lasts, reader->elements) && push(&reader->linked, reader->run_linked) &&
             push(&reader->links, reader->run_links) && push(&reader->strong, reader->run_strong));
        reader->blocks++;
    }
    reader->run.size = reader->pieces.size = reader->points.size = 0;
    reader->run_linked = reader->run_links = reader->run_strong = reader->run_points = 0;
    return FINE;
}

static int add_piece(Reader *reader, const char *text, Size size) {
    NEED(push(&reader->pieces, reader->run.size) && push(&reader->points, reader->run_points) &&
         append(&reader->run, text, size));
    reader->run_points += size; /* white space of one byte each */
    return FINE;
}

/* Code points from a piece on. */
static Size points_from(const Reader *reader, Size piece) {
    return piece < reader->pieces.size ? reader->run_points - reader->points.at[piece] : 0;
}

/* Where the piece of a number begins: the end for the one that comes next. */
static Size start_of(const Reader *reader, Size piece) {
    return piece < reader->pieces.size ? reader->pieces.at[piece] : reader->run.size;
}

/* Part the text before a block-level element, or at its end. */
static int part(Reader *reader) {
    if (reader->pieces.size)
        TRY(finish(reader));
    reader->breaks = reader->run_links = 0;
    return FINE;
}

static int close_element(Reader *reader) {
    Open *open = &reader->open[--reader->level];
    Size element = open->element;
    if (open->flow <= PRE) {
        TRY(part(reader));
        reader->owner = open->owner;
        reader->in_pre -= open->flow == PRE;
        reader->first = reader->elements;
    } else if (open->flow == TITLE) {
        reader->in_title = 0;
        return FINE;
    } else {
        Size start = open->start, end = reader->pieces.size;
        if (end - start < SHORT && points_from(reader, start) < SHORT_TEXT && open->said &&
            (end > start || reader->blocks > reader->block_starts.at[element])) {
            Size from = start_of(reader, start < end ? start : end);
            reader->scratch.size = 0;
            NEED(collapse(&reader->scratch, reader->run.at + from, reader->run.at + reader->run.size, 0));
            TRY(set_at(reader->spans, element, text_of(reader->scratch.at, reader->scratch.size)));
        }
        if (open->flow == LINK)
            reader->in_links--;
        else {
            reader->in_strong -= open->flow == STRONG;
            /* More than two links, and hardly anything else, within a sentence: a box. */
            if (reader->run_links - open->links > 2 && start) {
                Size from = start_of(reader, start);
                const char *run = reader->run.at;
                Size inside = points_from(reader, start);
                if ((double)(reader->run_linked - open->linked) >= 0.9 * (double)inside &&
                    !all_space(run, run + from)) {
                    if (start < end) {
                        reader->pieces.size = reader->points.size = start;
                        reader->run.size = from;
                        reader->run_points -= inside;
                    }
                    reader->run_links = open->links;
                    reader->run_linked = open->linked;
                }
            }
        }
    }
    reader->inner = reader->parents.at[element];
    reader->ends.at[element] = reader->elements;
    reader->block_ends.at[element] = reader->blocks;
    return FINE;
}

static int read_text(Reader *reader, const char *at, const char *end) {
    if (reader->in_title) {
        NEED(unescape(&reader->title, at, end));
        return FINE;
    }
    Size start = reader->run.size;
    NEED(unescape(&reader->run, at, end));
    const char *from = reader->run.at + start, *to = reader->run.at + reader->run.size;
    if (all_space(from, to)) {
        reader->run.size = start;
        return reader->pieces.size ? add_piece(reader, " ", 1) : FINE;
    }
    NEED(push(&reader->pieces, start) && push(&reader->points, reader->run_points));
    reader->breaks = 0;
    Size length = code_points(from, to);
    reader->run_points += length;
    reader->run_linked += reader->in_links ? length : 0;
    reader->run_strong += reader->in_strong ? length : 0;
    return FINE;
}

/* Read the attributes behind a tag's name, up to its ">". */
static int read_attributes(Reader *reader) {
    const char *at = reader->at, *end = reader->end;
    for (reader->count = 0; at < end && *at == ' '; reader->count++) {
        const char *name = ++at;
        if (at == end)
            return STRANGE;
        do /* a name may begin with "=" */
            at++;
        while (at < end && *at != '=' && *at != ' ' && *at != '>');
        const char *stop = at, *value = at;
        if (at < end && *at == '=') { /* else it has no value: older lexbors write that so */
            if (end - at < 3 || at[1] != '"')
                return STRANGE;
            value = at + 2;
            at = memchr(value, '"', (size_t)(end - value));
            if (!at)
                return STRANGE;
        }
        if (reader->count == reader->has_room) {
            Size room = reader->has_room ? 2 * reader->has_room : 32;
            Attribute *has = PyMem_Realloc(reader->has, (size_t)room * sizeof *has);
            NEED(has);
            reader->has = has;
            reader->has_room = room;
        }
        reader->has[reader->count] = (Attribute){name, value, stop - name, at - value};
        at += value > stop;
    }
    if (at == end || *at != '>')
        return STRANGE;
    reader->at = at + 1;
    return FINE;
}

/* The number of a tag; its flow is known from then on. */
static int read_name(Reader *reader, const char *name, Size size, Size *tag) {
    *tag = number_of(&reader->names, name, size, 1);
    if (*tag == COLLISIONS)
        return STRANGE;
    NEED(*tag >= 0);
    if (*tag == reader->flow_of.size) {
        Size known = number_of(&reader->known, name, size, 0);
        NEED(push(&reader->flow_of, known < 0 ? BLOCK : reader->flows.at[known]));
        TRY(add(reader->tag_names, text_of(name, size)));
    }
    return FINE;
}

/* Pass over the content of a script or the like, which is no markup, and its end tag. */
static int read_raw(Reader *reader, const char *name, Size size, const char **from, const char **to) {
    int hidden = 0; /* behind "<!--" a script may hold scripts, and their end tags are none of its own */
    const char *at = *from = reader->at;
    for (;; at++) {
        at = reader->end - at > size + 2 ? memchr(at, '<', (size_t)(reader->end - at - size - 2)) : NULL;
        if (!at || (hidden && !PyOS_strnicmp(at + 1, "script", 6)))
            return STRANGE;
        if (at[1] == '/' && !memcmp(at + 2, name, (size_t)size) && at[2 + size] == '>')
            break;
        hidden |= at[1] == '!' && at[2] == '-' && at[3] == '-';
    }
    *to = at;
    reader->at = at + size + 3;
    return FINE;
}

static int add_head(Reader *reader, Size tag) {
    PyObject *has = PyDict_New();
    NEED(has);
    for (Size which = 0; which < reader->count; which++) {
        PyObject *name = text_of(reader->has[which].name, reader->has[which].name_size);
        PyObject *value = name ? value_of(reader, &reader->has[which]) : NULL;
        int failed = !value || PyDict_SetItem(has, name, value);
        Py_XDECREF(name);
        Py_XDECREF(value);
        if (failed) {
            Py_DECREF(has);
            return FAILED;
        }
    }
    return add(reader->heads, Py_BuildValue("(ON)", PyList_GET_ITEM(reader->tag_names, tag), has));
}

static int add_look(Reader *reader, Size tag, const Attribute *const *of_look) {
    PyObject *look = PyTuple_New(OF_LOOK + 1);
    NEED(look);
    PyTuple_SET_ITEM(look, 0, Py_NewRef(PyList_GET_ITEM(reader->tag_names, tag)));
    for (int which = 0; which < OF_LOOK; which++) {
        PyObject *value = of_look[which] ? value_of(reader, of_look[which]) : Py_NewRef(Py_None);
        PyTuple_SET_ITEM(look, which + 1, value);
        if (!value) {
            Py_DECREF(look);
            return FAILED;
        }
    }
    /* Of the named kind that Python knows looks as. */
    PyObject *arguments = PyTuple_Pack(1, look), *named = NULL;
    Py_DECREF(look);
    if (arguments)
        named = PyTuple_Type.tp_new(reader->kind, arguments, NULL);
    Py_XDECREF(arguments);
    return add(reader->looks, named);
}

/* Number what a style sheet sees of an element; keep its other attributes that somebody asks for. */
static int read_look(Reader *reader, Size tag) {
    const Attribute *of_look[OF_LOOK] = {NULL};
    for (Size which = 0; which < reader->count; which++) {
        const Attribute *attribute = &reader->has[which];
        Size number = number_of(&reader->attributes_known, attribute->name, attribute->name_size, 0);
        if (number < 0)
            continue;
        if (number < OF_LOOK)
            of_look[number] = attribute->value_size ? attribute : NULL;
        else
            TRY(set_at(reader->kept[number], reader->elements, value_of(reader, attribute)));
    }
    reader->key.size = 0;
    NEED(append(&reader->key, (const char *)&tag, sizeof tag));
    for (int which = 0; which < OF_LOOK; which++) {
        Size size = of_look[which] ? of_look[which]->value_size : 0;
        NEED(append(&reader->key, (const char *)&size, sizeof size) &&
             (!size || append(&reader->key, of_look[which]->value, size)));
    }
    Size before = reader->looks_known.hashes.size;
    Size number = number_of(&reader->looks_known, reader->key.at, reader->key.size, 1);
    if (number == COLLISIONS)
        return STRANGE;
    NEED(number >= 0 && push(&reader->look_numbers, number + 1));
    if (number < before)
        return FINE;
    return add_look(reader, tag, of_look);
}

static int open_element(Reader *reader, Size tag, Size flow) {
    if (reader->level == reader->room) {
        Size room = reader->room ? 2 * reader->room : 64;
        Open *open = PyMem_Realloc(reader->open, (size_t)room * sizeof *open);
        NEED(open);
        reader->open = open;
        reader->room = room;
    }
    Open *open = &reader->open[reader->level++];
    *open = (Open){.tag = tag,
                   .element = reader->elements,
                   .flow = flow & FLOWS,
                   .owner = reader->owner,
                   .start = reader->pieces.size,
                   .links = reader->run_links,
                   .linked = reader->run_linked,
                   .said = reader->count > 0};
    if (open->flow == TITLE) {
        open->element = reader->inner;
        reader->in_title = !reader->title.size;
        return FINE;
    }
    if (open->flow <= PRE) {
        TRY(part(reader));
        reader->first = reader->elements + 1;
        reader->owner = reader->elements;
        reader->in_pre += open->flow == PRE;
    } else if (open->flow == LINK) {
        reader->in_links++;
        reader->run_links++;
    } else
        reader->in_strong += open->flow == STRONG;
    TRY(read_look(reader, tag));
    NEED(push(&reader->parents, reader->inner) && push(&reader->ends, 0) &&
         push(&reader->block_starts, reader->blocks) && push(&reader->block_ends, 0) && push(&reader->tag_of, tag));
    reader->inner = reader->elements++;
    return flow & EMPTY ? close_element(reader) : FINE;
}

static int read_break(Reader *reader) {
    if (++reader->breaks == 2 && !reader->in_pre) {
        TRY(part(reader));
        reader->first = reader->elements;
    }
    return add_piece(reader, reader->in_pre ? "\n" : " ", 1);
}

static int read_markup(Reader *reader, Size deepest, Size most) {
    Size passed = 0; /* open elements within one that is passed over, that one included */
    int foreign = 0; /* it is a drawing or a formula */
    while (reader->at < reader->end) {
        const char *at = reader->at;
        if (reader->level > deepest || reader->elements > most + 1 || reader->blocks > most)
            return STRANGE;
        if (*at != '<') {
            const char *next = memchr(at, '<', (size_t)(reader->end - at));
            reader->at = next ? next : reader->end;
            if (!passed)
                TRY(read_text(reader, at, reader->at));
            continue;
        }
        if (reader->end - at < 3)
            return STRANGE;
        if (at[1] == '!' || at[1] == '?') {
            int comment = reader->end - at > 6 && !memcmp(at, "<!--", 4);
            at += comment ? 5 : 1;
            do
                at = memchr(at + 1, '>', (size_t)(reader->end - at - 1));
            while (at && comment && (at[-1] != '-' || at[-2] != '-'));
            if (!at)
                return STRANGE;
            reader->at = at + 1;
            continue;
        }
        int ending = at[1] == '/';
        const char *name = at + 1 + ending, *stop = name;
        while (stop < reader->end && *stop != ' ' && *stop != '>')
            stop++;
        if (stop == reader->end || !is_letter(*name))
            return STRANGE;
        Size tag, size = stop - name;
        TRY(read_name(reader, name, size, &tag));
        Size flow = reader->flow_of.at[tag];
        if (ending) {
            if (*stop != '>')
                return STRANGE;
            reader->at = stop + 1;
            if (passed)
                passed -= !(flow & EMPTY);
            else {
                if (!reader->level || reader->open[reader->level - 1].tag != tag)
                    return STRANGE;
                TRY(close_element(reader));
            }
            continue;
        }
        reader->at = stop;
        TRY(read_attributes(reader));
        if (flow & RAW) {
            const char *from, *to;
            if (passed && foreign)
                return STRANGE;
            TRY(read_raw(reader, name, size, &from, &to));
            if ((flow & FLOWS) == SCRIPT && !passed)
                for (Size which = 0; which < reader->count; which++) {
                    const Attribute *attribute = &reader->has[which];
                    if (attribute->name_size == 4 && !memcmp(attribute->name, "type", 4))
                        for (Size place = 0; place + 7 <= attribute->value_size; place++)
                            if (!memcmp(attribute->value + place, "ld+json", 7)) {
                                TRY(add(reader->data, text_of(from, to - from)));
                                break;
                            }
                }
        } else if (passed)
            passed += !(flow & EMPTY);
        else if ((flow & FLOWS) == OPAQUE) {
            passed = !(flow & EMPTY);
            foreign = (flow & FOREIGN) != 0;
        } else if ((flow & FLOWS) == HEAD)
            TRY(add_head(reader, tag));
        else if ((flow & FLOWS) == BREAK)
            TRY(read_break(reader));
        else
            TRY(open_element(reader, tag, flow));
    }
    if (passed || reader->level)
        return STRANGE;
    return reader->pieces.size ? finish(reader) : FINE;
}

static PyObject *list_of(const Numbers *numbers) {
    PyObject *list = PyList_New(numbers->size);
    for (Size place = 0; list && place < numbers->size; place++) {
        PyObject *number = PyLong_FromSsize_t(numbers->at[place]);
        if (!number)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, place, number);
    }
    return list;
}

/* The numbers for NumPy. */
static PyObject *array_of(const Numbers *numbers) {
    return PyBytes_FromStringAndSize((const char *)(numbers->at ? numbers->at : &numbers->size),
                                     numbers->size * (Size)sizeof(Size));
}

static int put(PyObject *dict, const char *name, PyObject *value) {
    int fine = value && !PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return fine;
}

static PyObject *columns_of(Reader *reader) {
    reader->ends.at[0] = reader->elements;
    reader->block_ends.at[0] = reader->blocks;
    PyObject *tags = PyList_New(reader->elements);
    if (!tags)
        return NULL;
    for (Size element = 0; element < reader->elements; element++)
        PyList_SET_ITEM(tags, element, Py_NewRef(PyList_GET_ITEM(reader->tag_names, reader->tag_of.at[element])));
    const struct {
        const char *list, *array;
        const Numbers *numbers;
    } columns[] = {
        {"parents", "parent_array", &reader->parents},
        {"look_numbers", "look_array", &reader->look_numbers},
        {"ends", NULL, &reader->ends},
        {"block_starts", "start_array", &reader->block_starts},
        {"block_ends", "end_array", &reader->block_ends},
        {"owners", "owner_array", &reader->owners},
        {"firsts", "first_array", &reader->firsts},
        {"lasts", "last_array", &reader->lasts},
        {"linked", "linked_array", &reader->linked},
        {"links", "links_array", &reader->links},
        {"strong", "strong_array", &reader->strong},
    };
    PyObject *lists = Py_BuildValue("{sNsOsOsOsOsOsN}", "tags", tags, "looks", reader->looks, "texts", reader->texts,
                                    "spans", reader->spans, "data", reader->data, "heads", reader->heads, "title",
                                    text_of(reader->title.at ? reader->title.at : "", reader->title.size));
    PyObject *arrays = PyDict_New();
    int fine = lists && arrays;
    for (size_t which = 0; fine && which < sizeof columns / sizeof *columns; which++)
        fine = put(lists, columns[which].list, list_of(columns[which].numbers)) &&
               (!columns[which].array || put(arrays, columns[which].array, array_of(columns[which].numbers)));
    if (fine)
        return Py_BuildValue("(NN)", lists, arrays);
    Py_XDECREF(lists);
    Py_XDECREF(arrays);
    return NULL;
}

static int prepare(Reader *reader, PyObject *flows, PyObject *kept) {
    PyObject *key, *value;
    Size place = 0, number = 0;
    if (PyDict_GET_SIZE(kept) > KEPT) {
        PyErr_SetString(PyExc_ValueError, "too many attributes are asked for");
        return FAILED;
    }
    while (PyDict_Next(kept, &place, &key, &value)) {
        if (number >= OF_LOOK && !PyDict_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "attributes are kept in dicts");
            return FAILED;
        }
        reader->kept[number++] = value;
    }
    for (place = 0; PyDict_Next(flows, &place, &key, &value);)
        NEED(push(&reader->flows, PyLong_AsSsize_t(value)) && !PyErr_Occurred());
    if (!(reader->tag_names = PyList_New(0)) || !(reader->looks = PyList_New(0)) || !(reader->texts = PyList_New(0)) ||
        !(reader->spans = PyDict_New()) || !(reader->data = PyList_New(0)) || !(reader->heads = PyList_New(0)))
        return FAILED;
    NEED(fill(&reader->known, flows) && fill(&reader->attributes_known, kept));
    NEED(widen(&reader->names) && widen(&reader->looks_known));
    /* Element 0 stands around all. */
    Size root;
    TRY(read_name(reader, "#root", 5, &root));
    TRY(add_look(reader, 0, (const Attribute *[OF_LOOK]){NULL}));
    NEED(push(&reader->parents, -1) && push(&reader->look_numbers, 0) && push(&reader->ends, 0) &&
         push(&reader->block_starts, 0) && push(&reader->block_ends, 0) && push(&reader->tag_of, 0));
    reader->elements = reader->first = 1;
    return FINE;
}

PyObject *call_flatten(PyObject *Py_UNUSED(module), PyObject *arguments) {
    Reader reader = {0};
    PyObject *html, *flows, *kept, *columns = NULL;
    Size deepest, most, size;
    if (!PyArg_ParseTuple(arguments, "UO!O!O!nn:flatten", &html, &PyDict_Type, &flows, &PyDict_Type, &kept,
                          &PyType_Type, &reader.kind, &deepest, &most))
        return NULL;
    if (!PyType_IsSubtype(reader.kind, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "looks are tuples");
        return NULL;
    }
    reader.at = PyUnicode_AsUTF8AndSize(html, &size);
    if (!reader.at)
        return NULL;
    reader.end = reader.at + size;
    int how = prepare(&reader, flows, kept);
    if (how == FINE)
        how = read_markup(&reader, deepest, most);
    if (how == FINE)
        columns = columns_of(&reader);
    else if (how == STRANGE)
        columns = Py_NewRef(Py_None);
    empty(&reader.names);
    empty(&reader.known);
    empty(&reader.looks_known);
    empty(&reader.attributes_known);
    Numbers *all[] = {&reader.flows,  &reader.flow_of,      &reader.parents,    &reader.look_numbers,
                      &reader.ends,   &reader.block_starts, &reader.block_ends, &reader.owners,
                      &reader.firsts, &reader.lasts,        &reader.linked,     &reader.links,
                      &reader.strong, &reader.tag_of,       &reader.pieces,     &reader.points};
    for (size_t which = 0; which < sizeof all / sizeof *all; which++)
        PyMem_Free(all[which]->at);
    PyMem_Free(reader.run.at);
    PyMem_Free(reader.scratch.at);
    PyMem_Free(reader.title.at);
    PyMem_Free(reader.key.at);
    PyMem_Free(reader.open);
    PyMem_Free(reader.has);
    Py_XDECREF(reader.tag_names);
    Py_XDECREF(reader.looks);
    Py_XDECREF(reader.texts);
    Py_XDECREF(reader.spans);
    Py_XDECREF(reader.data);
    Py_XDECREF(reader.heads);
    return columns;
}
