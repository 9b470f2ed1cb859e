/* What of the extension has to be C: the module's entry, and what of the Zend API is macros and inline functions, which differ
 * from one PHP to the next.
 *
 * Classes are declared here and not by ext-php-rs, since that has no typed properties, and no exceptions with any. What is
 * declared stands in quoalise.stub.php, and bindgen writes generated.h from it.
 *
 * Each method is a frame of C around a function of Rust: where the engine wants to leave by longjmp, it does so from here,
 * when no frame of Rust is left to be jumped over. */

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

/* How a function of Rust came to its end. */
enum { QUOALISE_DONE, QUOALISE_BAIL_OUT };

typedef struct {
    void *state;
    zend_object std;
} quoalise_object;

extern void quoalise_free(void *state);
extern void quoalise_end(void);
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
            zend_bailout(); \
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

/* Whether there are as many as there may be; else it has thrown. */
bool quoalise_count_is_right(zend_execute_data *execute_data)
{
    zend_function *function = execute_data->func;
    uint32_t given = ZEND_CALL_NUM_ARGS(execute_data);
    uint32_t needed = function->common.required_num_args, known = function->common.num_args;
    if (EXPECTED(given >= needed && given <= known)) {
        return true;
    }
    zend_wrong_parameters_count_error(needed, known);
    return false;
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

/* A native object around what it is to hold. */
void quoalise_make(zval *out, uint32_t class, void *state)
{
    object_init_ex(out, quoalise_classes[class]);
    quoalise_of(Z_OBJ_P(out))->state = state;
}

/* An object of a class whose properties are these, in order. They are taken. */
void quoalise_record(zval *out, uint32_t class, uint32_t count, zval *values)
{
    object_init_ex(out, quoalise_classes[class]);
    for (uint32_t i = 0; i < count; i++) {
        ZVAL_COPY_VALUE(OBJ_PROP_NUM(Z_OBJ_P(out), i), &values[i]);
    }
}

void quoalise_case(zval *out, uint32_t class, const char *name)
{
    ZVAL_OBJ_COPY(out, zend_enum_get_case_cstr(quoalise_classes[class], name));
}

/* The name of a case; NULL where it is none of that enum. */
const char *quoalise_case_name(zval *value, uint32_t class)
{
    if (Z_TYPE_P(value) != IS_OBJECT || Z_OBJCE_P(value) != quoalise_classes[class]) {
        return NULL;
    }
    return Z_STRVAL_P(zend_enum_fetch_case_name(Z_OBJ_P(value)));
}

/* A DateTimeImmutable of a time that is written with its zone; false where it cannot be made. No code of PHP's runs: between the
 * rows of a column handlers of signals have no business. */
bool quoalise_time(zval *out, const char *text, size_t length)
{
    php_date_instantiate(php_date_get_immutable_ce(), out);
    return php_date_initialize(Z_PHPDATE_P(out), text, length, NULL, NULL, 0);
}

bool quoalise_is_time(zval *value)
{
    return Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), php_date_get_interface_ce());
}

bool quoalise_is_zone(zval *value)
{
    return Z_TYPE_P(value) == IS_OBJECT && instanceof_function(Z_OBJCE_P(value), php_date_get_timezone_ce());
}

/* What a method of an object gives: 0 where it has given it, 1 where it has thrown, 2 where the engine wants to leave. */
int quoalise_call(zval *object, const char *method, zval *argument, zval *out)
{
    ZVAL_UNDEF(out);
    /* The method may drop what it is called on, where that came by reference. */
    zend_object *called = Z_OBJ_P(object);
    GC_ADDREF(called);
    volatile int left = 0;
    zend_try {
        zend_call_method(called, called->ce, NULL, method, strlen(method), out, argument ? 1 : 0, argument, NULL);
    } zend_catch {
        left = 1;
    } zend_end_try();
    if (left) {
        return 2;
    }
    OBJ_RELEASE(called);
    return EG(exception) ? 1 : 0;
}

/* Whether `open_basedir` lets a script have this file; else it has been warned. */
bool quoalise_may_open(const char *path)
{
    return php_check_open_basedir(path) == 0;
}

/* Sets a property of an exception of ours. The value is taken. */
void quoalise_set(zval *object, uint32_t scope, const char *name, zval *value)
{
    zend_update_property(quoalise_classes[scope], Z_OBJ_P(object), name, strlen(name), value);
    zval_ptr_dtor(value);
}

void quoalise_exception(zval *out, uint32_t class, const char *message, size_t length)
{
    object_init_ex(out, quoalise_classes[class]);
    zend_update_property_stringl(zend_ce_exception, Z_OBJ_P(out), "message", sizeof("message") - 1, message, length);
}

void quoalise_throw(zval *exception)
{
    zend_throw_exception_object(exception);
}

void quoalise_type_error(uint32_t number, const char *expected, zval *given)
{
#if PHP_VERSION_ID >= 80300
    const char *is = zend_zval_value_name(given);
#else
    const char *is = zend_zval_type_name(given);
    if (Z_TYPE_P(given) == IS_OBJECT) {
        is = ZSTR_VAL(Z_OBJCE_P(given)->name);
    }
#endif
    zend_argument_type_error(number, "must be of type %s, %s given", expected, is);
}

void quoalise_error(const char *message)
{
    zend_throw_error(NULL, "%s", message);
}

void quoalise_out_of_bounds(const char *message)
{
    zend_throw_exception(spl_ce_OutOfBoundsException, message, 0);
}

/* A stream over a descriptor, which it closes. */
void quoalise_stream(zval *out, int descriptor)
{
    php_stream *stream = php_stream_fopen_from_fd(descriptor, "r", NULL);
    if (stream) {
        php_stream_to_zval(stream, out);
    } else {
        ZVAL_NULL(out);
        close(descriptor);
    }
}

#if PHP_VERSION_ID >= 80200
#define QUOALISE_FLAG(name) zend_atomic_bool_load_ex(&EG(name))
#define QUOALISE_UNSET_FLAG(name) zend_atomic_bool_store_ex(&EG(name), false)
#else
#define QUOALISE_FLAG(name) EG(name)
#define QUOALISE_UNSET_FLAG(name) (EG(name) = false)
#endif

/* What the engine wants to see to, as it would between two lines of a script: 0 where there is nothing or it was seen to, 1
 * where whoever waits has to give up, 2 where the engine wants to leave. */
int quoalise_interrupted(void)
{
    if (!QUOALISE_FLAG(vm_interrupt)) {
        return 0;
    }
    if (QUOALISE_FLAG(timed_out)) {
        /* It is told of that as soon as it has the thread. */
        return 1;
    }
    QUOALISE_UNSET_FLAG(vm_interrupt);
    volatile int left = 0;
    zend_try {
        if (zend_interrupt_function) {
            zend_interrupt_function(EG(current_execute_data));
        }
    } zend_catch {
        left = 1;
    } zend_end_try();
    return left ? 2 : EG(exception) ? 1 : 0;
}

#ifdef QUOALISE_TESTS
/* For tests: an error of a kind on its way from the core. */
QUOALISE_FUNCTION(quoalise_raise)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_raise, 0, 1, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, kind, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_test_functions[] = {
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
    NULL,
    NULL,
    PHP_MINFO(quoalise),
    QUOALISE_VERSION,
    STANDARD_MODULE_PROPERTIES
};

/* Rust exports it as `get_module`: what C exports stays inside of the library. */
zend_module_entry *quoalise_module(void)
{
    return &quoalise_entry;
}
