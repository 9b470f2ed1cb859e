/* What of the extension has to be C: the module's entry, and what of the Zend API is macros and inline functions, which differ
 * from one PHP to the next.
 *
 * Classes are declared here and not by ext-php-rs, since that has no typed properties, and no exceptions with any. What is
 * declared stands in quoalise.stub.php, and bindgen writes generated.h from it.
 *
 * Each method is a frame of C around a function of Rust: where the engine wants to leave by longjmp, it does so from here,
 * when no frame of Rust is left to be jumped over. So whatever Rust calls here that may allocate is guarded: nothing else of the
 * engine's may be called from Rust, but to look at a value or to drop one. */

#include <php.h>
#include <ext/date/php_date.h>
#include <ext/json/php_json.h>
#include <ext/spl/spl_exceptions.h>
#include <ext/standard/info.h>
#include <zend_attributes.h>
#include <zend_enum.h>
#include <zend_exceptions.h>
#include <zend_interfaces.h>

#include <inttypes.h>

#ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
#define QUOALISE_THREAD() ZEND_TSRMLS_CACHE_UPDATE()
#else
#define QUOALISE_THREAD()
#endif

/* How a function of Rust came to its end. */
enum { QUOALISE_DONE, QUOALISE_BAIL_OUT };

/* What came of something that may throw. */
enum { QUOALISE_RIGHT, QUOALISE_THROWN, QUOALISE_LEAVES };

#if PHP_VERSION_ID >= 80200
#define QUOALISE_FLAG(name) zend_atomic_bool_load_ex(&EG(name))
#define QUOALISE_UNSET_FLAG(name) zend_atomic_bool_store_ex(&EG(name), false)
#else
#define QUOALISE_FLAG(name) EG(name)
#define QUOALISE_UNSET_FLAG(name) (EG(name) = false)
#endif

/* Releases of PHP from October 2026 on only note where memory ends, say so as soon as they have the thread, and end the process of
 * who goes on far beyond the limit. Others leave at once, so that it is never over. */
static bool quoalise_memory_is_over(void)
{
    return UNEXPECTED(QUOALISE_FLAG(vm_interrupt)) && PG(memory_limit) > 0 && zend_memory_usage(true) > (size_t) PG(memory_limit);
}

/* Whether the engine has noted why a call is given up, and needs not leave. */
ZEND_TLS bool quoalise_is_noted;

#ifdef QUOALISE_TESTS
/* For tests: how many more guarded calls it takes until memory ends. */
static uint64_t quoalise_calls_left;
#define QUOALISE_COUNTED \
    if (quoalise_calls_left && --quoalise_calls_left == 0) { \
        zend_error_noreturn(E_ERROR, "Memory has ended for a test"); \
    }
#else
#define QUOALISE_COUNTED
#endif

/* Does what may allocate or run code of PHP's. Where the engine leaves from in there, since memory ends or the script does,
 * `stays` is false: Rust gives up what it holds, and the frame of C around it lets the engine go on leaving. */
#define QUOALISE_GUARDED(...) \
    volatile bool stays = !quoalise_memory_is_over(); \
    if (!stays) { \
        quoalise_is_noted = true; \
    } else zend_try { \
        QUOALISE_COUNTED \
        __VA_ARGS__ \
    } zend_catch { \
        stays = false; \
    } zend_end_try()

typedef struct {
    void *state;
    zend_object std;
} quoalise_object;

extern void quoalise_free(void *state);
extern void quoalise_end(void);
extern void quoalise_tidy(void);
extern bool quoalise_same(void *data, void *other);
extern void quoalise_counts(uint64_t *counts);

static zend_object_handlers quoalise_handlers;

static quoalise_object *quoalise_of(zend_object *object)
{
    return (quoalise_object *) ((char *) object - XtOffsetOf(quoalise_object, std));
}

static zend_object *quoalise_create(zend_class_entry *class)
{
    quoalise_object *made = zend_object_alloc(sizeof(quoalise_object), class);
    made->state = NULL;
    zend_object_std_init(&made->std, class);
    object_properties_init(&made->std, class);
    made->std.handlers = &quoalise_handlers;
    return &made->std;
}

static void quoalise_free_object(zend_object *object)
{
    void *state = quoalise_of(object)->state;
    quoalise_of(object)->state = NULL;
    if (state) {
        quoalise_free(state);
    }
    zend_object_std_dtor(object);
}

#define QUOALISE_FUNCTION(rust) \
    extern int rust(zend_execute_data *execute_data, zval *return_value); \
    static ZEND_NAMED_FUNCTION(php_##rust) \
    { \
        if (rust(execute_data, return_value) == QUOALISE_BAIL_OUT) { \
            if (!quoalise_is_noted) { \
                zend_bailout(); \
            } \
            quoalise_is_noted = false; \
        } \
    }

#define QUOALISE_CLASS_ENTRY(class, name, methods) INIT_CLASS_ENTRY_EX(class, name, sizeof(name) - 1, methods)

/* Objects that are made here and nowhere else have a constructor that nobody may call. */
static ZEND_NAMED_FUNCTION(quoalise_not_constructed)
{
}

ZEND_BEGIN_ARG_INFO_EX(quoalise_no_arguments, 0, 0, 0)
ZEND_END_ARG_INFO()

#if PHP_VERSION_ID >= 80400
#define QUOALISE_ENTRY(name, function, arguments, flags, doc) ZEND_RAW_FENTRY(name, function, arguments, flags, NULL, doc)
#else
#define QUOALISE_ENTRY(name, function, arguments, flags, doc) ZEND_RAW_FENTRY(name, function, arguments, flags)
#endif

/* From 8.4 on, Reflection may tell what classes of extensions are for. */
static void quoalise_class_doc(zend_class_entry *class, const char *doc)
{
#if PHP_VERSION_ID >= 80400
    class->doc_comment = doc ? zend_string_init_interned(doc, strlen(doc), 1) : NULL;
#else
    (void) class;
    (void) doc;
#endif
}

/* An argument that stack traces do not show. */
static void quoalise_sensitive(zend_class_entry *class, const char *method, uint32_t number)
{
#if PHP_VERSION_ID >= 80200
    zend_function *function = zend_hash_str_find_ptr(&class->function_table, method, strlen(method));
    zend_add_parameter_attribute(function, number, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
#else
    (void) class;
    (void) method;
    (void) number;
#endif
}

static void quoalise_enum_case(zend_class_entry *class, const char *name, const char *value)
{
    zval of;
    ZVAL_INTERNED_STR(&of, zend_string_init_interned(value, strlen(value), 1));
    zend_enum_add_case_cstr(class, name, &of);
}

/* Properties that `var_dump` and its like leave out, since they may be personal. */
static HashTable quoalise_hidden;
static zend_object_handlers quoalise_discreet_handlers;

static zend_object *quoalise_create_discreet(zend_class_entry *class)
{
    zend_object *made = zend_objects_new(class);
    object_properties_init(made, class);
    made->handlers = &quoalise_discreet_handlers;
    return made;
}

static HashTable *quoalise_discreet_properties(zend_object *object, zend_prop_purpose purpose)
{
    HashTable *all = zend_std_get_properties_for(object, purpose);
    if (purpose != ZEND_PROP_PURPOSE_DEBUG || !all) {
        return all;
    }
    HashTable *shown = zend_array_dup(all);
    zend_release_properties(all);
    zend_property_info *property;
    ZEND_HASH_FOREACH_PTR(&object->ce->properties_info, property) {
        if (zend_hash_index_exists(&quoalise_hidden, (zend_ulong) (uintptr_t) property)) {
            zend_hash_del(shown, property->name);
        }
    } ZEND_HASH_FOREACH_END();
    return shown;
}

static void quoalise_property(
    zend_class_entry *class, const char *name, const char *doc, int flags, zend_type type, bool hidden)
{
    zval unset;
    ZVAL_UNDEF(&unset);
    zend_string *key = zend_string_init_interned(name, strlen(name), 1);
    zend_string *said = doc ? zend_string_init_interned(doc, strlen(doc), 1) : NULL;
    zend_property_info *property = zend_declare_typed_property(class, key, &unset, flags, said, type);
    if (hidden) {
        zend_hash_index_add_ptr(&quoalise_hidden, (zend_ulong) (uintptr_t) property, property);
        class->create_object = quoalise_create_discreet;
    }
}

static zend_type quoalise_class_type(const char *name, uint32_t mask)
{
    return (zend_type) ZEND_TYPE_INIT_CLASS(zend_string_init_interned(name, strlen(name), 1), 0, mask);
}

#include "generated.h"

static zend_class_entry *quoalise_classes[QUOALISE_CLASSES];

/* The argument of this number, from 0, or NULL where it was left out. */
zval *quoalise_argument(zend_execute_data *execute_data, uint32_t number)
{
    if (number >= ZEND_CALL_NUM_ARGS(execute_data)) {
        return NULL;
    }
    zval *argument = ZEND_CALL_VAR_NUM(execute_data, number);
    ZVAL_DEREF(argument);
    return Z_TYPE_P(argument) == IS_UNDEF ? NULL : argument;
}

/* Whether there are as many as there may be. */
int quoalise_count_is_right(zend_execute_data *execute_data)
{
    zend_function *function = execute_data->func;
    uint32_t given = ZEND_CALL_NUM_ARGS(execute_data);
    uint32_t needed = function->common.required_num_args, known = function->common.num_args;
    if (EXPECTED(given >= needed && given <= known)) {
        return QUOALISE_RIGHT;
    }
    QUOALISE_GUARDED(zend_wrong_parameters_count_error(needed, known););
    return stays ? QUOALISE_THROWN : QUOALISE_LEAVES;
}

zval *quoalise_this(zend_execute_data *execute_data)
{
    return &execute_data->This;
}

/* What a native object holds; NULL where it is none of that class. */
void *quoalise_state(zval *value, uint32_t class)
{
    if (Z_TYPE_P(value) != IS_OBJECT || Z_OBJCE_P(value) != quoalise_classes[class]) {
        return NULL;
    }
    return quoalise_of(Z_OBJ_P(value))->state;
}

/* Gives a native object that has just been made what it is to hold. */
void quoalise_fill(zval *value, void *state)
{
    quoalise_object *object = quoalise_of(Z_OBJ_P(value));
    if (object->state) {
        quoalise_free(object->state);
    }
    object->state = state;
}

/* A native object around what it is to hold, which is taken where it stays. */
bool quoalise_make(zval *out, uint32_t class, void *state)
{
    QUOALISE_GUARDED(object_init_ex(out, quoalise_classes[class]););
    if (stays) {
        quoalise_of(Z_OBJ_P(out))->state = state;
    }
    return stays;
}

/* An object of a class whose properties are these, in order. They are taken where it stays. */
bool quoalise_record(zval *out, uint32_t class, uint32_t count, zval *values)
{
    QUOALISE_GUARDED(object_init_ex(out, quoalise_classes[class]););
    if (stays) {
        for (uint32_t i = 0; i < count; i++) {
            ZVAL_COPY_VALUE(OBJ_PROP_NUM(Z_OBJ_P(out), i), &values[i]);
        }
    }
    return stays;
}

/* An object without a class or anything in it. */
bool quoalise_object_of_nothing(zval *out)
{
    QUOALISE_GUARDED(object_init(out););
    return stays;
}

bool quoalise_text(zval *out, const char *text, size_t length)
{
    QUOALISE_GUARDED(ZVAL_STR(out, zend_string_init_fast(text, length)););
    return stays;
}

/* A list of these, which are taken where it stays. */
bool quoalise_list(zval *out, uint32_t count, zval *items)
{
    if (count == 0) {
        ZVAL_EMPTY_ARRAY(out);
        return true;
    }
    QUOALISE_GUARDED(
        array_init_size(out, count);
        zend_hash_real_init_packed(Z_ARRVAL_P(out));
    );
    if (stays) {
        ZEND_HASH_FILL_PACKED(Z_ARRVAL_P(out)) {
            for (uint32_t i = 0; i < count; i++) {
                ZEND_HASH_FILL_ADD(&items[i]);
            }
        } ZEND_HASH_FILL_END();
    }
    return stays;
}

typedef struct {
    const char *text;
    size_t length;
} quoalise_key;

/* An array of these by their keys, which is a number where it is of digits. They are taken where it stays. */
bool quoalise_table(zval *out, uint32_t count, const quoalise_key *keys, zval *values)
{
    if (count == 0) {
        ZVAL_EMPTY_ARRAY(out);
        return true;
    }
    zval made;
    QUOALISE_GUARDED(
        array_init_size(&made, count);
        for (uint32_t i = 0; i < count; i++) {
            zend_symtable_str_update(Z_ARRVAL(made), keys[i].text, keys[i].length, &values[i]);
        }
    );
    if (stays) {
        /* Else it is forgotten, since it holds some of what was not taken: the engine is about to clear all of its memory. */
        ZVAL_COPY_VALUE(out, &made);
    }
    return stays;
}

bool quoalise_case(zval *out, uint32_t class, const char *name)
{
    QUOALISE_GUARDED(ZVAL_OBJ_COPY(out, zend_enum_get_case_cstr(quoalise_classes[class], name)););
    return stays;
}

/* The name of a case; NULL where it is none of that enum. */
const char *quoalise_case_name(zval *value, uint32_t class)
{
    if (Z_TYPE_P(value) != IS_OBJECT || Z_OBJCE_P(value) != quoalise_classes[class]) {
        return NULL;
    }
    return Z_STRVAL_P(zend_enum_fetch_case_name(Z_OBJ_P(value)));
}

/* A DateTimeImmutable of a time that is written with its zone; thrown where it cannot be made. No code of PHP's runs: between
 * the rows of a column handlers of signals have no business. */
int quoalise_time(zval *out, const char *text, size_t length)
{
    volatile bool made = false;
    QUOALISE_GUARDED(
        php_date_instantiate(php_date_get_immutable_ce(), out);
        made = php_date_initialize(Z_PHPDATE_P(out), text, length, NULL, NULL, 0);
        if (!made && !EG(exception)) {
            zend_throw_error(NULL, "PHP cannot make a time of one of these");
        }
    );
    return !stays ? QUOALISE_LEAVES : made ? QUOALISE_RIGHT : QUOALISE_THROWN;
}

bool quoalise_is_time(zval *value)
{
    return Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), php_date_get_interface_ce());
}

bool quoalise_is_zone(zval *value)
{
    return Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), php_date_get_timezone_ce());
}

/* What a method of an object gives. */
int quoalise_call(zval *object, const char *method, zval *argument, zval *out)
{
    zval given;
    ZVAL_UNDEF(&given);
    /* The method may drop what it is called on, where that came by reference. */
    zend_object *called = Z_OBJ_P(object);
    GC_ADDREF(called);
    QUOALISE_GUARDED(
        zend_call_method(called, called->ce, NULL, method, strlen(method), &given, argument ? 1 : 0, argument, NULL);
        OBJ_RELEASE(called);
    );
    if (!stays) {
        return QUOALISE_LEAVES;
    }
    ZVAL_COPY_VALUE(out, &given);
    return EG(exception) ? QUOALISE_THROWN : QUOALISE_RIGHT;
}

/* Whether `open_basedir` lets a script have this file; where not, it has been warned, whose handler may have thrown. */
bool quoalise_may_open(const char *path, bool *may)
{
    QUOALISE_GUARDED(*may = php_check_open_basedir(path) == 0;);
    return stays;
}

/* An exception of ours, with what its fields are, which are not taken. */
bool quoalise_exception(
    zval *out, uint32_t class, uint32_t scope, const quoalise_key *message, uint32_t count, const char *const *names, zval *values)
{
    QUOALISE_GUARDED(
        object_init_ex(out, quoalise_classes[class]);
        zend_object *made = Z_OBJ_P(out);
        zend_update_property_stringl(zend_ce_exception, made, "message", sizeof("message") - 1, message->text, message->length);
        for (uint32_t i = 0; i < count; i++) {
            zend_update_property(quoalise_classes[scope], made, names[i], strlen(names[i]), &values[i]);
        }
    );
    return stays;
}

/* The exception is taken. */
bool quoalise_throw(zval *exception)
{
    QUOALISE_GUARDED(zend_throw_exception_object(exception););
    return stays;
}

bool quoalise_type_error(uint32_t number, const char *expected, zval *given)
{
#if PHP_VERSION_ID >= 80300
    const char *is = zend_zval_value_name(given);
#else
    const char *is = zend_zval_type_name(given);
    if (Z_TYPE_P(given) == IS_OBJECT) {
        is = ZSTR_VAL(Z_OBJCE_P(given)->name);
    }
#endif
    QUOALISE_GUARDED(zend_argument_type_error(number, "must be of type %s, %s given", expected, is););
    return stays;
}

bool quoalise_error(const char *message)
{
    QUOALISE_GUARDED(zend_throw_error(NULL, "%s", message););
    return stays;
}

bool quoalise_out_of_bounds(const char *message)
{
    QUOALISE_GUARDED(zend_throw_exception(spl_ce_OutOfBoundsException, message, 0););
    return stays;
}

/* A stream over a descriptor, which is taken in any case. */
bool quoalise_stream(zval *out, int descriptor)
{
    php_stream *volatile stream = NULL;
    QUOALISE_GUARDED(
        stream = php_stream_fopen_from_fd(descriptor, "r", NULL);
        if (stream) {
            php_stream_to_zval(stream, out);
        }
    );
    if (!stream) {
        close(descriptor);
    }
    return stays;
}

/* What the engine wants to see to, as it would between two lines of a script; thrown where whoever waits has to give up. */
int quoalise_interrupted(void)
{
    if (!QUOALISE_FLAG(vm_interrupt)) {
        return QUOALISE_RIGHT;
    }
    if (QUOALISE_FLAG(timed_out) || quoalise_memory_is_over()) {
        /* It is told of that as soon as it has the thread. */
        return QUOALISE_THROWN;
    }
    QUOALISE_UNSET_FLAG(vm_interrupt);
    QUOALISE_GUARDED(
        if (zend_interrupt_function) {
            zend_interrupt_function(EG(current_execute_data));
        }
    );
    return !stays ? QUOALISE_LEAVES : EG(exception) ? QUOALISE_THROWN : QUOALISE_RIGHT;
}

#ifdef QUOALISE_TESTS
/* For tests: an error of a kind on its way from the core. */
QUOALISE_FUNCTION(quoalise_raise)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_raise, 0, 1, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, kind, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

/* For tests: memory ends at the so manieth thing from here on that is asked of the engine. */
static ZEND_NAMED_FUNCTION(php_quoalise_exhaust)
{
    zend_long calls;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_LONG(calls)
    ZEND_PARSE_PARAMETERS_END();
    quoalise_calls_left = (uint64_t) calls;
}

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_exhaust, 0, 1, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, calls, MAY_BE_LONG, NULL)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_test_functions[] = {
    QUOALISE_ENTRY("Quoalise\\Internal\\exhaust", php_quoalise_exhaust, arginfo_quoalise_exhaust, 0, NULL)
    QUOALISE_ENTRY("Quoalise\\Internal\\raise", php_quoalise_raise, arginfo_quoalise_raise, 0, NULL)
    ZEND_FE_END
};
#endif

PHP_INI_BEGIN()
    PHP_INI_ENTRY("quoalise.max_persistent", "16", PHP_INI_SYSTEM, NULL)
    PHP_INI_ENTRY("quoalise.persistent_idle", "300", PHP_INI_SYSTEM, NULL)
PHP_INI_END()

/* A setting of php.ini. */
zend_long quoalise_setting(const char *name)
{
    return zend_ini_long(name, strlen(name), 0);
}

/* Objects of ours have no properties that could be compared: without this all of a class would be equal. Data are by what is in
 * them, others each for itself. */
static int quoalise_compare(zval *one, zval *other)
{
    ZEND_COMPARE_OBJECTS_FALLBACK(one, other);
    if (Z_OBJ_P(one) == Z_OBJ_P(other)) {
        return 0;
    }
    void *first = quoalise_state(one, QUOALISE_DATA), *second = quoalise_state(other, QUOALISE_DATA);
    return first && second && quoalise_same(first, second) ? 0 : ZEND_UNCOMPARABLE;
}

static PHP_MINIT_FUNCTION(quoalise)
{
    QUOALISE_THREAD();
    REGISTER_INI_ENTRIES();
#ifdef QUOALISE_TESTS
    zend_register_functions(NULL, quoalise_test_functions, NULL, MODULE_PERSISTENT);
#endif
    memcpy(&quoalise_handlers, &std_object_handlers, sizeof(zend_object_handlers));
    quoalise_handlers.offset = XtOffsetOf(quoalise_object, std);
    quoalise_handlers.free_obj = quoalise_free_object;
    quoalise_handlers.clone_obj = NULL;
    quoalise_handlers.compare = quoalise_compare;
    memcpy(&quoalise_discreet_handlers, &std_object_handlers, sizeof(zend_object_handlers));
    quoalise_discreet_handlers.get_properties_for = quoalise_discreet_properties;
    zend_hash_init(&quoalise_hidden, 16, NULL, NULL, 1);
    quoalise_declare(quoalise_classes);
    return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(quoalise)
{
    UNREGISTER_INI_ENTRIES();
    quoalise_end();
    zend_hash_destroy(&quoalise_hidden);
    return SUCCESS;
}

static PHP_RINIT_FUNCTION(quoalise)
{
    QUOALISE_THREAD();
    quoalise_is_noted = false;
    return SUCCESS;
}

/* Whoever asked has the answer by now, so that nobody waits for what is tidied up. */
static PHP_RSHUTDOWN_FUNCTION(quoalise)
{
#ifdef QUOALISE_TESTS
    quoalise_calls_left = 0;
#endif
    quoalise_tidy();
    return SUCCESS;
}

static PHP_MINFO_FUNCTION(quoalise)
{
    php_info_print_table_start();
    php_info_print_table_header(2, "Quoalise", "enabled");
    php_info_print_table_row(2, "Version", QUOALISE_VERSION);
    static const char *const counted[] = {"kept", "opened", "reused", "replaced", "dropped"};
    uint64_t counts[5];
    quoalise_counts(counts);
    for (size_t i = 0; i < 5; i++) {
        char name[64], count[24];
        snprintf(name, sizeof name, "Persistent sessions of this process %s", counted[i]);
        snprintf(count, sizeof count, "%" PRIu64, counts[i]);
        php_info_print_table_row(2, name, count);
    }
    php_info_print_table_end();
    DISPLAY_INI_ENTRIES();
}

static const zend_module_dep quoalise_needs[] = {
    ZEND_MOD_REQUIRED("date")
    ZEND_MOD_REQUIRED("json")
    ZEND_MOD_REQUIRED("spl")
    ZEND_MOD_END
};

static zend_module_entry quoalise_entry = {
    STANDARD_MODULE_HEADER_EX,
    NULL,
    quoalise_needs,
    "quoalise",
    quoalise_functions,
    PHP_MINIT(quoalise),
    PHP_MSHUTDOWN(quoalise),
    PHP_RINIT(quoalise),
    PHP_RSHUTDOWN(quoalise),
    PHP_MINFO(quoalise),
    QUOALISE_VERSION,
    STANDARD_MODULE_PROPERTIES
};

/* Rust exports it as `get_module`: what C exports stays inside of the library. */
zend_module_entry *quoalise_module(void)
{
    return &quoalise_entry;
}
