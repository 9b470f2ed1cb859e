/* Written by `make bindings` from quoalise.stub.php. */

enum {
    QUOALISE_ACTION,
    QUOALISE_AVAILABILITY,
    QUOALISE_CONNECTION,
    QUOALISE_DIRECTION,
    QUOALISE_ERROR_KIND,
    QUOALISE_FIELD_TYPE,
    QUOALISE_FORMAT,
    QUOALISE_NOTE_TYPE,
    QUOALISE_SECURITY,
    QUOALISE_STAMP,
    QUOALISE_STATUS,
    QUOALISE_WHEN_FULL,
    QUOALISE_READINGS,
    QUOALISE_DATA,
    QUOALISE_READING,
    QUOALISE_GAP,
    QUOALISE_METADATA,
    QUOALISE_DEVICE_IDENTIFIER,
    QUOALISE_PRICING,
    QUOALISE_ITEMS,
    QUOALISE_PENDING,
    QUOALISE_AUTHORIZATION,
    QUOALISE_COMMAND_INFO,
    QUOALISE_CONNECTION_STATE,
    QUOALISE_CONSENT,
    QUOALISE_FIELD,
    QUOALISE_FIELD_OPTION,
    QUOALISE_FORM,
    QUOALISE_INTERRUPTED,
    QUOALISE_MALFORMED,
    QUOALISE_MEASUREMENT,
    QUOALISE_NOT_SUBSCRIBED,
    QUOALISE_NOTE,
    QUOALISE_OUTCOME,
    QUOALISE_OVERFLOW,
    QUOALISE_PRESENCE,
    QUOALISE_PUSH,
    QUOALISE_RESUMED,
    QUOALISE_RIGHTS,
    QUOALISE_SERIES,
    QUOALISE_TABLE,
    QUOALISE_VALIDATION,
    QUOALISE_CLIENT,
    QUOALISE_EXECUTION,
    QUOALISE_HOLE,
    QUOALISE_LISTENER,
    QUOALISE_STATES,
    QUOALISE_QUOALISE_EXCEPTION,
    QUOALISE_CONNECTION_FAILED_EXCEPTION,
    QUOALISE_SERVICE_UNAVAILABLE_EXCEPTION,
    QUOALISE_INVALID_ARGUMENT_EXCEPTION,
    QUOALISE_UNKNOWN_HOST_EXCEPTION,
    QUOALISE_UNREACHABLE_EXCEPTION,
    QUOALISE_CONNECT_TIMEOUT_EXCEPTION,
    QUOALISE_CERTIFICATE_REFUSED_EXCEPTION,
    QUOALISE_UNSUITABLE_SERVER_EXCEPTION,
    QUOALISE_LOGIN_REFUSED_EXCEPTION,
    QUOALISE_CONNECTION_LOST_EXCEPTION,
    QUOALISE_REPLACED_EXCEPTION,
    QUOALISE_NO_ANSWER_EXCEPTION,
    QUOALISE_NOT_AUTHORIZED_EXCEPTION,
    QUOALISE_BAD_REQUEST_EXCEPTION,
    QUOALISE_PROVIDER_OFFLINE_EXCEPTION,
    QUOALISE_SERVER_UNREACHABLE_EXCEPTION,
    QUOALISE_SESSION_EXPIRED_EXCEPTION,
    QUOALISE_COMMAND_FAILED_EXCEPTION,
    QUOALISE_UPSTREAM_ERROR_EXCEPTION,
    QUOALISE_LIMIT_REACHED_EXCEPTION,
    QUOALISE_MALFORMED_ANSWER_EXCEPTION,
    QUOALISE_MALFORMED_DATA_EXCEPTION,
    QUOALISE_CLOSED_EXCEPTION,
    QUOALISE_USED_AFTER_FORK_EXCEPTION,
    QUOALISE_TOO_LARGE_EXCEPTION,
    QUOALISE_NO_SUCH_COMMAND_EXCEPTION,
    QUOALISE_CLASSES
};

QUOALISE_FUNCTION(quoalise_Readings_current)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Readings_current, 0, 0, Quoalise\\Reading, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Readings_key)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Readings_key, 0, 0, MAY_BE_LONG)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Readings_next)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Readings_next, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Readings_rewind)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Readings_rewind, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Readings_valid)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Readings_valid, 0, 0, MAY_BE_BOOL)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Readings_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("current", php_quoalise_Readings_current, arginfo_quoalise_Readings_current, ZEND_ACC_PUBLIC, "/**\n * The present reading.\n *\n * @throws \\OutOfBoundsException behind the last\n */")
    QUOALISE_ENTRY("key", php_quoalise_Readings_key, arginfo_quoalise_Readings_key, ZEND_ACC_PUBLIC, "/**\n * Its row, from 0.\n */")
    QUOALISE_ENTRY("next", php_quoalise_Readings_next, arginfo_quoalise_Readings_next, ZEND_ACC_PUBLIC, NULL)
    QUOALISE_ENTRY("rewind", php_quoalise_Readings_rewind, arginfo_quoalise_Readings_rewind, ZEND_ACC_PUBLIC, NULL)
    QUOALISE_ENTRY("valid", php_quoalise_Readings_valid, arginfo_quoalise_Readings_valid, ZEND_ACC_PUBLIC, NULL)
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Data_count)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_count, 0, 0, MAY_BE_LONG)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_getIterator)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Data_getIterator, 0, 0, Quoalise\\Readings, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_offsetExists)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_offsetExists, 0, 1, MAY_BE_BOOL)
    ZEND_ARG_TYPE_MASK(0, offset, MAY_BE_ANY, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_offsetGet)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Data_offsetGet, 0, 1, Quoalise\\Reading, 0)
    ZEND_ARG_TYPE_MASK(0, offset, MAY_BE_ANY, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_offsetSet)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_offsetSet, 0, 2, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, offset, MAY_BE_ANY, NULL)
    ZEND_ARG_TYPE_MASK(0, value, MAY_BE_ANY, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_offsetUnset)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_offsetUnset, 0, 1, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, offset, MAY_BE_ANY, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_timestamps)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_timestamps, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_times)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_times, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_values)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_values, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_names)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_names, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_units)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_units, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_parts)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_parts, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_metadata)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Data_metadata, 0, 0, Quoalise\\Metadata, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_version)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_version, 0, 0, MAY_BE_LONG)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_missing)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_missing, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_energyWh)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_energyWh, 0, 0, MAY_BE_NULL | MAY_BE_DOUBLE)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_jsonSerialize)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_jsonSerialize, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data_toJson)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data_toJson, 0, 0, MAY_BE_STRING)
    ZEND_ARG_OBJ_TYPE_MASK(0, zone, DateTimeZone, MAY_BE_STRING, "'UTC'")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data___serialize)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data___serialize, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data___unserialize)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data___unserialize, 0, 1, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, data, MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Data___debugInfo)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Data___debugInfo, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Data_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("count", php_quoalise_Data_count, arginfo_quoalise_Data_count, ZEND_ACC_PUBLIC, "/**\n * How many readings there are, gaps included.\n */")
    QUOALISE_ENTRY("getIterator", php_quoalise_Data_getIterator, arginfo_quoalise_Data_getIterator, ZEND_ACC_PUBLIC, "/**\n * All readings, in the order they came.\n */")
    QUOALISE_ENTRY("offsetExists", php_quoalise_Data_offsetExists, arginfo_quoalise_Data_offsetExists, ZEND_ACC_PUBLIC, "/**\n * @param int $offset\n */")
    QUOALISE_ENTRY("offsetGet", php_quoalise_Data_offsetGet, arginfo_quoalise_Data_offsetGet, ZEND_ACC_PUBLIC, "/**\n * A reading, by its row from 0.\n *\n * @param int $offset\n * @throws \\OutOfBoundsException where there is no such row\n */")
    QUOALISE_ENTRY("offsetSet", php_quoalise_Data_offsetSet, arginfo_quoalise_Data_offsetSet, ZEND_ACC_PUBLIC, "/**\n * @throws Exception\\InvalidArgumentException always: readings do not change\n */")
    QUOALISE_ENTRY("offsetUnset", php_quoalise_Data_offsetUnset, arginfo_quoalise_Data_offsetUnset, ZEND_ACC_PUBLIC, "/**\n * @throws Exception\\InvalidArgumentException always: readings do not change\n */")
    QUOALISE_ENTRY("timestamps", php_quoalise_Data_timestamps, arginfo_quoalise_Data_timestamps, ZEND_ACC_PUBLIC, "/**\n * When each reading's interval begins, as seconds since 1970 UTC; exact to the microsecond.\n *\n * @return list<float>\n */")
    QUOALISE_ENTRY("times", php_quoalise_Data_times, arginfo_quoalise_Data_times, ZEND_ACC_PUBLIC, "/**\n * When each reading's interval begins, in UTC.\n *\n * @return list<\\DateTimeImmutable>\n */")
    QUOALISE_ENTRY("values", php_quoalise_Data_values, arginfo_quoalise_Data_values, ZEND_ACC_PUBLIC, "/**\n * The numbers, in the unit of each reading; `null` where there is none: for gaps, texts, booleans and bytes.\n *\n * @return list<?float>\n */")
    QUOALISE_ENTRY("names", php_quoalise_Data_names, arginfo_quoalise_Data_names, ZEND_ACC_PUBLIC, "/**\n * The names of the series, each once.\n *\n * @return list<string>\n */")
    QUOALISE_ENTRY("units", php_quoalise_Data_units, arginfo_quoalise_Data_units, ZEND_ACC_PUBLIC, "/**\n * The units there are, each once; `W` or `Wh` mostly.\n *\n * @return list<string>\n */")
    QUOALISE_ENTRY("parts", php_quoalise_Data_parts, arginfo_quoalise_Data_parts, ZEND_ACC_PUBLIC, "/**\n * Each series that the provider described by itself, as data of its own. Mostly there is one.\n *\n * @return list<Data>\n */")
    QUOALISE_ENTRY("metadata", php_quoalise_Data_metadata, arginfo_quoalise_Data_metadata, ZEND_ACC_PUBLIC, "/**\n * What the series is; of several, the first.\n */")
    QUOALISE_ENTRY("version", php_quoalise_Data_version, arginfo_quoalise_Data_version, ZEND_ACC_PUBLIC, "/**\n * Which version of SenML's fields it says it has; 10 mostly.\n */")
    QUOALISE_ENTRY("missing", php_quoalise_Data_missing, arginfo_quoalise_Data_missing, ZEND_ACC_PUBLIC, "/**\n * Where values are missing: readings that are gaps, and holes between readings that are further apart than the\n * interval of their series, as far as that is of fixed length.\n *\n * @return list<Gap>\n */")
    QUOALISE_ENTRY("energyWh", php_quoalise_Data_energyWh, arginfo_quoalise_Data_energyWh, ZEND_ACC_PUBLIC, "/**\n * The energy in Wh: mean power times its interval, or sums of energy, added up; gaps count as nothing. `null` where\n * that has no meaning: another quantity, no fixed interval, the index of a meter.\n */")
    QUOALISE_ENTRY("jsonSerialize", php_quoalise_Data_jsonSerialize, arginfo_quoalise_Data_jsonSerialize, ZEND_ACC_PUBLIC, "/**\n * What `json_encode` writes: metadata and a list of records for each series, as the reference program has it; times\n * in UTC.\n *\n * @return array<string, mixed>|list<array<string, mixed>>\n */")
    QUOALISE_ENTRY("toJson", php_quoalise_Data_toJson, arginfo_quoalise_Data_toJson, ZEND_ACC_PUBLIC, "/**\n * The same as a text, with times in a zone.\n *\n * @param \\DateTimeZone|string $zone as `Europe/Paris`\n * @throws Exception\\InvalidArgumentException where there is no such zone\n */")
    QUOALISE_ENTRY("__serialize", php_quoalise_Data___serialize, arginfo_quoalise_Data___serialize, ZEND_ACC_PUBLIC, "/**\n * The Quoalise payload, for `serialize`.\n *\n * @return array{quoalise: string}\n */")
    QUOALISE_ENTRY("__unserialize", php_quoalise_Data___unserialize, arginfo_quoalise_Data___unserialize, ZEND_ACC_PUBLIC, "/**\n * @param array{quoalise: string} $data\n * @throws Exception\\MalformedDataException\n */")
    QUOALISE_ENTRY("__debugInfo", php_quoalise_Data___debugInfo, arginfo_quoalise_Data___debugInfo, ZEND_ACC_PUBLIC, "/**\n * For `var_dump`: how much there is, and not what was measured.\n *\n * @return array{count: int}\n */")
    ZEND_FE_END
};

static const zend_function_entry quoalise_Reading_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Gap_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Metadata_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_DeviceIdentifier_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Pricing_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Items_current)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Items_current, 0, 0, Quoalise\\object, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Items_key)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Items_key, 0, 0, MAY_BE_LONG)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Items_next)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Items_next, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Items_rewind)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Items_rewind, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Items_valid)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Items_valid, 0, 0, MAY_BE_BOOL)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Items_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("current", php_quoalise_Items_current, arginfo_quoalise_Items_current, ZEND_ACC_PUBLIC, "/**\n * The present one.\n *\n * @return T\n * @throws \\OutOfBoundsException where there is none\n */")
    QUOALISE_ENTRY("key", php_quoalise_Items_key, arginfo_quoalise_Items_key, ZEND_ACC_PUBLIC, "/**\n * How many came before it.\n */")
    QUOALISE_ENTRY("next", php_quoalise_Items_next, arginfo_quoalise_Items_next, ZEND_ACC_PUBLIC, "/**\n * Waits for the next one.\n *\n * @throws Exception\\QuoaliseException\n */")
    QUOALISE_ENTRY("rewind", php_quoalise_Items_rewind, arginfo_quoalise_Items_rewind, ZEND_ACC_PUBLIC, "/**\n * Waits for the first one, unless it is there.\n *\n * @throws Exception\\QuoaliseException\n */")
    QUOALISE_ENTRY("valid", php_quoalise_Items_valid, arginfo_quoalise_Items_valid, ZEND_ACC_PUBLIC, "/**\n * Whether there is one; false where it has come to its end, or none came in time.\n */")
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Pending_stream)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Pending_stream, 0, 0, MAY_BE_ANY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Pending_isReady)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Pending_isReady, 0, 0, MAY_BE_BOOL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Pending_get)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Pending_get, 0, 0, MAY_BE_ANY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Pending_cancel)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Pending_cancel, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Pending_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("stream", php_quoalise_Pending_stream, arginfo_quoalise_Pending_stream, ZEND_ACC_PUBLIC, "/**\n * A stream that can be read from as soon as the operation is done, to be waited for with others, by `stream_select` or\n * an event loop. What is read from it says nothing more.\n *\n * @return resource\n */")
    QUOALISE_ENTRY("isReady", php_quoalise_Pending_isReady, arginfo_quoalise_Pending_isReady, ZEND_ACC_PUBLIC, "/**\n * Whether `get` would not wait.\n */")
    QUOALISE_ENTRY("get", php_quoalise_Pending_get, arginfo_quoalise_Pending_get, ZEND_ACC_PUBLIC, "/**\n * What came of it, once; waits for it where need be.\n *\n * @return T\n * @throws Exception\\QuoaliseException what the operation throws; `InvalidArgumentException` where it was taken before,\n *     `ClosedException` where it was cancelled\n */")
    QUOALISE_ENTRY("cancel", php_quoalise_Pending_cancel, arginfo_quoalise_Pending_cancel, ZEND_ACC_PUBLIC, "/**\n * Gives it up. What the provider was asked to do, it may do all the same.\n */")
    ZEND_FE_END
};

static const zend_function_entry quoalise_Authorization_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_CommandInfo_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_ConnectionState_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Consent_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Field_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_FieldOption_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Form_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Interrupted_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Malformed_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Measurement_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_NotSubscribed_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Note_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Outcome_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Overflow_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Presence_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Push_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Resumed_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Rights_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Series_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Table_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

static const zend_function_entry quoalise_Validation_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Client_connect)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_connect, 0, 1, Quoalise\\Client, 0)
    ZEND_ARG_TYPE_MASK(0, options, MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_authorizeUri)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_authorizeUri, 0, 2, Quoalise\\Authorization, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, name, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, description, MAY_BE_STRING, "''")
    ZEND_ARG_TYPE_MASK(0, logoUrl, MAY_BE_NULL | MAY_BE_STRING, "null")
    ZEND_ARG_TYPE_MASK(0, duration, MAY_BE_NULL | MAY_BE_STRING, "null")
    ZEND_ARG_TYPE_MASK(0, redirectUri, MAY_BE_NULL | MAY_BE_STRING, "null")
    ZEND_ARG_TYPE_MASK(0, state, MAY_BE_NULL | MAY_BE_STRING, "null")
    ZEND_ARG_TYPE_MASK(0, testClient, MAY_BE_NULL | MAY_BE_LONG, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_availability)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_availability, 0, 1, Quoalise\\Availability, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_begin)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_begin, 0, 2, Quoalise\\Execution, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, node, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_close)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_close, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_commands)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_commands, 0, 1, MAY_BE_ARRAY)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_daily)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_daily, 0, 5, Quoalise\\Data, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, usagePoint, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, direction, Quoalise\\Direction, 0, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, start, DateTimeInterface, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, end, DateTimeInterface, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_distrusted)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_distrusted, 0, 0, MAY_BE_LONG)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_fill)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_fill, 0, 3, Quoalise\\Data, 0)
    ZEND_ARG_OBJ_TYPE_MASK(0, hole, Quoalise\\Hole, 0, NULL)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, identifier, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_getHistory)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_getHistory, 0, 2, Quoalise\\Data, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, identifier, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, start, DateTimeInterface, MAY_BE_NULL, "null")
    ZEND_ARG_OBJ_TYPE_MASK(0, end, DateTimeInterface, MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_jid)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_jid, 0, 0, MAY_BE_STRING)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_listen)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_listen, 0, 0, Quoalise\\Listener, 0)
    ZEND_ARG_TYPE_MASK(0, capacity, MAY_BE_NULL | MAY_BE_LONG, "null")
    ZEND_ARG_OBJ_TYPE_MASK(0, whenFull, Quoalise\\WhenFull, MAY_BE_NULL, "null")
    ZEND_ARG_TYPE_MASK(0, journal, MAY_BE_NULL | MAY_BE_STRING, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_loadCurve)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_loadCurve, 0, 5, Quoalise\\Data, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, usagePoint, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, direction, Quoalise\\Direction, 0, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, start, DateTimeInterface, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, end, DateTimeInterface, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_run)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_run, 0, 2, Quoalise\\Outcome, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, node, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, values, MAY_BE_NULL | MAY_BE_ARRAY, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_series)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_series, 0, 1, MAY_BE_ARRAY)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, prefix, MAY_BE_NULL | MAY_BE_STRING, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_state)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_state, 0, 0, Quoalise\\ConnectionState, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_states)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_states, 0, 0, Quoalise\\States, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_subscribe)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_subscribe, 0, 2, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, identifier, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_trust)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_trust, 0, 1, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_unsubscribe)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_unsubscribe, 0, 2, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, identifier, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_availabilityAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_availabilityAsync, 0, 1, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_commandsAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_commandsAsync, 0, 1, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_dailyAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_dailyAsync, 0, 5, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, usagePoint, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, direction, Quoalise\\Direction, 0, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, start, DateTimeInterface, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, end, DateTimeInterface, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_fillAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_fillAsync, 0, 3, Quoalise\\Pending, 0)
    ZEND_ARG_OBJ_TYPE_MASK(0, hole, Quoalise\\Hole, 0, NULL)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, identifier, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_getHistoryAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_getHistoryAsync, 0, 2, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, identifier, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, start, DateTimeInterface, MAY_BE_NULL, "null")
    ZEND_ARG_OBJ_TYPE_MASK(0, end, DateTimeInterface, MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_loadCurveAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_loadCurveAsync, 0, 5, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, usagePoint, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, direction, Quoalise\\Direction, 0, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, start, DateTimeInterface, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, end, DateTimeInterface, MAY_BE_STRING, NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_runAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_runAsync, 0, 2, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, node, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, values, MAY_BE_NULL | MAY_BE_ARRAY, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_seriesAsync)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Client_seriesAsync, 0, 1, Quoalise\\Pending, 0)
    ZEND_ARG_TYPE_MASK(0, provider, MAY_BE_STRING, NULL)
    ZEND_ARG_TYPE_MASK(0, prefix, MAY_BE_NULL | MAY_BE_STRING, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Client_stats)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Client_stats, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Client_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("connect", php_quoalise_Client_connect, arginfo_quoalise_Client_connect, ZEND_ACC_PUBLIC | ZEND_ACC_STATIC, "/**\n * Connects and logs in: `account` is a JID (`name@example.org`, or with a resource to be asked for).\n *\n * Nothing is tried again by itself. A connection that is lost later is.\n *\n * @param array{account: string, password: string, address?: ?string, caFile?: ?string, caPem?: ?string,\n *     timeout?: ?float, connectTimeout?: ?float, priority?: ?int, security?: ?Security, allowPlain?: bool,\n *     reconnectFirst?: ?float, reconnectLongest?: ?float, deadAfter?: ?float, persistent?: ?string} $options\n *     `account`: a JID: `name@example.org`, or with a resource to be asked for; `password`: the account's\n *     password; `address`: The `host:port` to connect to (or `host`, port 5222) instead of asking the DNS. The\n *     certificate must still be the account's domain's; `caFile`: A PEM file with the authorities to trust\n *     instead of the system's; `caPem`: The authorities to trust instead of the system's, as PEM text;\n *     `timeout`: How long an answer may take. 120 s by default: servers throttle large answers to some\n *     kilobytes a second; `connectTimeout`: How long connecting and logging in may take, all in all. 30 s by\n *     default; `priority`: The priority of the presence: one of 0 and more while the client listens (1 by\n *     default), a negative one while it does not (-1 by default), so that pushes go to another session of the\n *     account that listens; `security`: How the connection is protected; `allowPlain`: Also allow PLAIN, which\n *     sends the password to the server inside TLS. For servers that cannot do SCRAM; `reconnectFirst`: How long\n *     to wait before a lost connection is tried anew, at first; then twice as long each time. 1 s by default;\n *     `reconnectLongest`: How long to wait between two tries at the most. 60 s by default; `deadAfter`: After\n *     how much silence a connection counts as dead, though the network does not say so. 30 s by default;\n *     `persistent`: a name under which this worker keeps the session for later requests that ask for it with\n *     the very same options\n * @return Client the client\n * @throws Exception\\QuoaliseException `UnknownHostException`, `UnreachableException`,\n *     `ConnectTimeoutException`, `CertificateRefusedException`, `UnsuitableServerException`,\n *     `LoginRefusedException`; also `InvalidArgumentException` for a CA file that cannot be used.\n */")
    QUOALISE_ENTRY("authorizeUri", php_quoalise_Client_authorizeUri, arginfo_quoalise_Client_authorizeUri, ZEND_ACC_PUBLIC, "/**\n * Asks a Data Connect proxy where a person can consent to this account reading their meter. Send the person's\n * browser to the `uri`; when they have agreed, the provider sends a notice, which `listen` gives as `Consent`.\n * Its messages are trusted from here on. `name` is who asks, as the person reads it.\n *\n * The request is remembered by this client (the last 10,000), and told with the notice that answers it. It is\n * remembered nowhere else: who listens in another process keeps the `state` and compares.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $name who asks, as the person reads it\n * @param string $description What is asked and what for, in HTML.\n * @param ?string $logoUrl The address of a logo; https only.\n * @param ?string $duration For how long: ISO 8601, such as `P1Y`. The provider's own by default.\n * @param ?string $redirectUri Where the browser is sent in the end, with `usagePoints` and `state` added to\n *     it.\n * @param ?string $state What the notice of consent brings back, so that it can be told which request it\n *     answers. It must not be guessable and not be used twice. A fresh one is drawn by default.\n * @param ?int $testClient Which made-up client (0 to 9) of the upstream's sandbox is to consent, instead of\n *     a person.\n * @return Authorization where the person consents\n * @throws Exception\\QuoaliseException `InvalidArgumentException` for a request that cannot be right; else\n *     as `getHistory`.\n */")
    QUOALISE_ENTRY("availability", php_quoalise_Client_availability, arginfo_quoalise_Client_availability, ZEND_ACC_PUBLIC, "/**\n * Whether a provider is there, within ten seconds.\n *\n * @param string $provider the full JID of the provider, resource included\n * @return Availability whether it is there\n * @throws Exception\\QuoaliseException `InvalidArgumentException`, `ConnectionLostException`,\n *     `ClosedException`.\n */")
    QUOALISE_ENTRY("begin", php_quoalise_Client_begin, arginfo_quoalise_Client_begin, ZEND_ACC_PUBLIC, "/**\n * Begins a command by asking for its form. A command that has none is carried out at once.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $node the node of the command, as the provider lists it\n * @return Execution the command, at its first stage\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("close", php_quoalise_Client_close, arginfo_quoalise_Client_close, ZEND_ACC_PUBLIC, "/**\n * Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting end\n * as `ClosedException`.\n *\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("commands", php_quoalise_Client_commands, arginfo_quoalise_Client_commands, ZEND_ACC_PUBLIC, "/**\n * The commands a provider offers to this account (XEP-0050 section 2.2).\n *\n * @param string $provider the full JID of the provider, resource included\n * @return list<CommandInfo> the commands\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("daily", php_quoalise_Client_daily, arginfo_quoalise_Client_daily, ZEND_ACC_PUBLIC, "/**\n * Asks a Data Connect proxy for the energy of each day at a usage point, in Wh.\n *\n * As `loadCurve`, but the records' names are `urn:dev:prm:<usage point>_daily_<direction>`.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $usagePoint the 14 digits of the meter (PRM)\n * @param Direction $direction what is drawn from the grid, or what is fed into it\n * @param \\DateTimeInterface|string $start where the period begins, included\n * @param \\DateTimeInterface|string $end where the period ends, excluded\n * @return Data the readings\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("distrusted", php_quoalise_Client_distrusted, arginfo_quoalise_Client_distrusted, ZEND_ACC_PUBLIC, "/**\n * How many messages of senders that are not trusted were dropped so far, unread: pushes and notices of consent.\n *\n * @return int how many messages of senders that are not trusted were dropped so far, unread: pushes and\n *     notices of consent\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("fill", php_quoalise_Client_fill, arginfo_quoalise_Client_fill, ZEND_ACC_PUBLIC, "/**\n * Asks a provider for what a hole in the pushes of a series may have swallowed: from its last record that was\n * pushed before the hole (which is among them), or where there was none, from a day before the hole, until now.\n * What does not fit into one answer is asked for in several, as far as the provider says what fits.\n *\n * @param Hole $hole the hole, as a listener told of it\n * @param string $provider the full JID of the provider, resource included\n * @param string $identifier the name of the series\n * @return Data the readings\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("getHistory", php_quoalise_Client_getHistory, arginfo_quoalise_Client_getHistory, ZEND_ACC_PUBLIC, "/**\n * Asks a provider for the values of a series over a period, in one answer.\n *\n * `provider` is its full JID, resource included; `identifier` the name of the series. The period is from\n * `start` (included) to `end` (excluded), either of which may be left to the provider; times are asked for with\n * the offset of their zone. Times of the records are the starts of their intervals, UTC; units are the\n * provider's (`W`, `Wh`, …). Gaps are records without a value.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $identifier the name of the series\n * @param ?\\DateTimeInterface $start where the period begins, included; `null` leaves it to the provider\n * @param ?\\DateTimeInterface $end where the period ends, excluded; `null` leaves it to the provider\n * @return Data the readings\n * @throws Exception\\QuoaliseException `InvalidArgumentException`; the provider's answer\n *     (`NotAuthorizedException`, `BadRequestException`, `TooLargeException`, `NoSuchCommandException`,\n *     `CommandFailedException`, `UpstreamErrorException`, `LimitReachedException`, `MalformedAnswerException`);\n *     nobody there (`ProviderOfflineException`, `ServerUnreachableException`, `NoAnswerException`);\n *     `ConnectionLostException`, `ClosedException`.\n */")
    QUOALISE_ENTRY("jid", php_quoalise_Client_jid, arginfo_quoalise_Client_jid, ZEND_ACC_PUBLIC, "/**\n * The full JID the server gave this session. It may change when the server has lost the session.\n *\n * @return string the full JID the server gave this session\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("listen", php_quoalise_Client_listen, arginfo_quoalise_Client_listen, ZEND_ACC_PUBLIC, "/**\n * Listens to what trusted providers send by themselves: those of `trust`, `subscribe` and `authorizeUri`. What\n * the server kept meanwhile comes first.\n *\n * @param ?int $capacity How many messages may wait to be taken, or 16 MiB of them. 100 by default.\n * @param ?WhenFull $whenFull What happens when so many wait. By default the server keeps the rest.\n * @param ?string $journal A file, made if need be, that keeps which pushes were taken (not what they say)\n *     and how far the series go, so that the next process recognises what it gets again, and knows where to go\n *     on. For one listener at a time.\n * @return Listener the listener\n * @throws Exception\\QuoaliseException `InvalidArgumentException` where this client is listening already, or\n *     the journal cannot be opened; `UnreachableException` where there is no connection for too long,\n *     `ClosedException`.\n */")
    QUOALISE_ENTRY("loadCurve", php_quoalise_Client_loadCurve, arginfo_quoalise_Client_loadCurve, ZEND_ACC_PUBLIC, "/**\n * Asks a Data Connect proxy for the load curve of a usage point: mean power in W, by the step of the meter.\n *\n * `provider` is its full JID, `usagePoint` the 14 digits of the meter (PRM). The days, from `start` (included)\n * to `end` (excluded), are counted where the usage point is. The records' names are `urn:dev:prm:<usage\n * point>_<direction>_load`. Providers that do not know this command (`NoSuchCommandException`) may serve the\n * same by `getHistory`.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $usagePoint the 14 digits of the meter (PRM)\n * @param Direction $direction what is drawn from the grid, or what is fed into it\n * @param \\DateTimeInterface|string $start where the period begins, included\n * @param \\DateTimeInterface|string $end where the period ends, excluded\n * @return Data the readings\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("run", php_quoalise_Client_run, arginfo_quoalise_Client_run, ZEND_ACC_PUBLIC, "/**\n * Carries a command out: asks for its form, fills the values in, as often as the provider has another stage,\n * and completes it. Fields without a value keep the default the provider gives them, but for the times of\n * Quoalise's own commands (as `startTime` of `getHistory`): without a value these are left out, as nobody saw\n * the default. Where something is missing or does not fit, the command is canceled.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $node the node of the command, as the provider lists it\n * @param ?array<string, string|int|float|bool|\\DateTimeInterface|list<string>> $values values by field:\n *     texts, numbers, booleans, dates, times with their zone, or collections of texts; `null` for none\n * @return Outcome what came of it\n * @throws Exception\\QuoaliseException `InvalidArgumentException` where a required field has no value, a\n *     value does not fit, or no stage has a field of that name; `SessionExpiredException`; as `getHistory`.\n */")
    QUOALISE_ENTRY("series", php_quoalise_Client_series, arginfo_quoalise_Client_series, ZEND_ACC_PUBLIC, "/**\n * The series a provider has for this account, or those of them that `prefix` covers, as a subscription would.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param ?string $prefix what the names begin with; `null` for all\n * @return list<Series> the series\n * @throws Exception\\QuoaliseException `NoSuchCommandException` where the provider does not tell; as\n *     `getHistory`.\n */")
    QUOALISE_ENTRY("state", php_quoalise_Client_state, arginfo_quoalise_Client_state, ZEND_ACC_PUBLIC, "/**\n * How things stand with the connection.\n *\n * @return ConnectionState how things stand with the connection\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("states", php_quoalise_Client_states, arginfo_quoalise_Client_states, ZEND_ACC_PUBLIC, "/**\n * What becomes of the connection from now on.\n *\n * @return States what becomes of it\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("subscribe", php_quoalise_Client_subscribe, arginfo_quoalise_Client_subscribe, ZEND_ACC_PUBLIC, "/**\n * Asks a provider to push new values of a series to this account from now on, also across reconnects. A prefix\n * covers all series below it. Its pushes are trusted from here on; also where it is not known whether the\n * subscription came about, as after `NoAnswerException`, and not where it was refused.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $identifier the name of the series, or the prefix of several\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("trust", php_quoalise_Client_trust, arginfo_quoalise_Client_trust, ZEND_ACC_PUBLIC, "/**\n * Takes pushes of this provider from now on, whatever its resource. Pushes of others are dropped and counted:\n * in a federation anybody can send anybody a message.\n *\n * @param string $provider a JID of the provider\n * @throws Exception\\QuoaliseException `InvalidArgumentException` where it is no JID.\n */")
    QUOALISE_ENTRY("unsubscribe", php_quoalise_Client_unsubscribe, arginfo_quoalise_Client_unsubscribe, ZEND_ACC_PUBLIC, "/**\n * Ends a subscription.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $identifier the name of the series\n * @throws Exception\\QuoaliseException As `getHistory`.\n */")
    QUOALISE_ENTRY("availabilityAsync", php_quoalise_Client_availabilityAsync, arginfo_quoalise_Client_availabilityAsync, ZEND_ACC_PUBLIC, "/**\n * As `availability`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @return Pending<Availability>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("commandsAsync", php_quoalise_Client_commandsAsync, arginfo_quoalise_Client_commandsAsync, ZEND_ACC_PUBLIC, "/**\n * As `commands`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @return Pending<list<CommandInfo>>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("dailyAsync", php_quoalise_Client_dailyAsync, arginfo_quoalise_Client_dailyAsync, ZEND_ACC_PUBLIC, "/**\n * As `daily`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $usagePoint the 14 digits of the meter (PRM)\n * @param Direction $direction what is drawn from the grid, or what is fed into it\n * @param \\DateTimeInterface|string $start where the period begins, included\n * @param \\DateTimeInterface|string $end where the period ends, excluded\n * @return Pending<Data>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("fillAsync", php_quoalise_Client_fillAsync, arginfo_quoalise_Client_fillAsync, ZEND_ACC_PUBLIC, "/**\n * As `fill`, but without waiting for it.\n *\n * @param Hole $hole the hole, as a listener told of it\n * @param string $provider the full JID of the provider, resource included\n * @param string $identifier the name of the series\n * @return Pending<Data>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("getHistoryAsync", php_quoalise_Client_getHistoryAsync, arginfo_quoalise_Client_getHistoryAsync, ZEND_ACC_PUBLIC, "/**\n * As `getHistory`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $identifier the name of the series\n * @param ?\\DateTimeInterface $start where the period begins, included; `null` leaves it to the provider\n * @param ?\\DateTimeInterface $end where the period ends, excluded; `null` leaves it to the provider\n * @return Pending<Data>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("loadCurveAsync", php_quoalise_Client_loadCurveAsync, arginfo_quoalise_Client_loadCurveAsync, ZEND_ACC_PUBLIC, "/**\n * As `loadCurve`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $usagePoint the 14 digits of the meter (PRM)\n * @param Direction $direction what is drawn from the grid, or what is fed into it\n * @param \\DateTimeInterface|string $start where the period begins, included\n * @param \\DateTimeInterface|string $end where the period ends, excluded\n * @return Pending<Data>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("runAsync", php_quoalise_Client_runAsync, arginfo_quoalise_Client_runAsync, ZEND_ACC_PUBLIC, "/**\n * As `run`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param string $node the node of the command, as the provider lists it\n * @param ?array<string, string|int|float|bool|\\DateTimeInterface|list<string>> $values values by field:\n *     texts, numbers, booleans, dates, times with their zone, or collections of texts; `null` for none\n * @return Pending<Outcome>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("seriesAsync", php_quoalise_Client_seriesAsync, arginfo_quoalise_Client_seriesAsync, ZEND_ACC_PUBLIC, "/**\n * As `series`, but without waiting for it.\n *\n * @param string $provider the full JID of the provider, resource included\n * @param ?string $prefix what the names begin with; `null` for all\n * @return Pending<list<Series>>\n * @throws Exception\\QuoaliseException for arguments that cannot be right\n */")
    QUOALISE_ENTRY("stats", php_quoalise_Client_stats, arginfo_quoalise_Client_stats, ZEND_ACC_PUBLIC | ZEND_ACC_STATIC, "/**\n * What this process has of persistent sessions: how many it keeps, and how often one was `opened`, was there\n * already (`reused`), was found broken (`replaced`), or was ended unused for too long or to make room (`dropped`).\n *\n * @return array{kept: int, opened: int, reused: int, replaced: int, dropped: int}\n */")
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Execution_actions)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Execution_actions, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_cancel)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Execution_cancel, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_complete)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Execution_complete, 0, 0, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, values, MAY_BE_NULL | MAY_BE_ARRAY, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_defaultAction)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Execution_defaultAction, 0, 0, Quoalise\\Action, MAY_BE_NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_form)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Execution_form, 0, 0, Quoalise\\Form, MAY_BE_NULL)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_next)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Execution_next, 0, 0, MAY_BE_VOID)
    ZEND_ARG_TYPE_MASK(0, values, MAY_BE_NULL | MAY_BE_ARRAY, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_notes)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Execution_notes, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_outcome)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Execution_outcome, 0, 0, Quoalise\\Outcome, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_prev)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Execution_prev, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Execution_status)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Execution_status, 0, 0, Quoalise\\Status, 0)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Execution_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("actions", php_quoalise_Execution_actions, arginfo_quoalise_Execution_actions, ZEND_ACC_PUBLIC, "/**\n * What may be done in the present stage, of `Action::Prev`, `Action::Next` and `Action::Complete`. To cancel is\n * always allowed.\n *\n * @return list<Action> what may be done in the present stage, of `Action::Prev`, `Action::Next` and\n *     `Action::Complete`\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("cancel", php_quoalise_Execution_cancel, arginfo_quoalise_Execution_cancel, ZEND_ACC_PUBLIC, "/**\n * Gives up, and waits at most ten seconds for the provider to say that it knows. Whatever it kept is gone then.\n *\n * @throws Exception\\QuoaliseException Those of the network. That the provider gave up before is none.\n */")
    QUOALISE_ENTRY("complete", php_quoalise_Execution_complete, arginfo_quoalise_Execution_complete, ZEND_ACC_PUBLIC, "/**\n * Fills in the form and asks for the result. Later stages, if there are any, keep their defaults.\n *\n * @param ?array<string, string|int|float|bool|\\DateTimeInterface|list<string>> $values values by field:\n *     texts, numbers, booleans, dates, times with their zone, or collections of texts\n * @throws Exception\\QuoaliseException As `next`.\n */")
    QUOALISE_ENTRY("defaultAction", php_quoalise_Execution_defaultAction, arginfo_quoalise_Execution_defaultAction, ZEND_ACC_PUBLIC, "/**\n * What the provider suggests to do: `Action::Next` or `Action::Complete`.\n *\n * @return ?Action what the provider suggests to do: `Action::Next` or `Action::Complete`\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("form", php_quoalise_Execution_form, arginfo_quoalise_Execution_form, ZEND_ACC_PUBLIC, "/**\n * The form of the present stage, or of the result.\n *\n * @return ?Form the form of the present stage, or of the result\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("next", php_quoalise_Execution_next, arginfo_quoalise_Execution_next, ZEND_ACC_PUBLIC, "/**\n * Fills in the form and asks for the next stage. Fields without a value keep their default.\n *\n * @param ?array<string, string|int|float|bool|\\DateTimeInterface|list<string>> $values values by field:\n *     texts, numbers, booleans, dates, times with their zone, or collections of texts\n * @throws Exception\\QuoaliseException `InvalidArgumentException` where a required field has no value, a\n *     value does not fit, there is no field of that name, or the provider allows no next stage: nothing was\n *     sent then, and the stage is as it was. `SessionExpiredException` where the provider waited too long.\n *     `CommandFailedException` where it gave up. As `Client::getHistory()`.\n */")
    QUOALISE_ENTRY("notes", php_quoalise_Execution_notes, arginfo_quoalise_Execution_notes, ZEND_ACC_PUBLIC, "/**\n * What the provider says about the present stage. An error among them means that it does not take what was\n * filled in, and asks again.\n *\n * @return list<Note> what the provider says about the present stage\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("outcome", php_quoalise_Execution_outcome, arginfo_quoalise_Execution_outcome, ZEND_ACC_PUBLIC, "/**\n * What came of it. The execution is over then.\n *\n * @return Outcome what came of it\n * @throws Exception\\QuoaliseException `InvalidArgumentException` where it is not completed; it is canceled\n *     then. `MalformedAnswerException`.\n */")
    QUOALISE_ENTRY("prev", php_quoalise_Execution_prev, arginfo_quoalise_Execution_prev, ZEND_ACC_PUBLIC, "/**\n * Asks for the stage before.\n *\n * @throws Exception\\QuoaliseException As `next`.\n */")
    QUOALISE_ENTRY("status", php_quoalise_Execution_status, arginfo_quoalise_Execution_status, ZEND_ACC_PUBLIC, "/**\n * How far it is: `Status::Executing` while there is something to fill in.\n *\n * @return Status how far it is: `Status::Executing` while there is something to fill in\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Hole_since)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Hole_since, 0, 0, DateTimeImmutable, 0)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Hole_until)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Hole_until, 0, 0, DateTimeImmutable, 0)
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Hole_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("since", php_quoalise_Hole_since, arginfo_quoalise_Hole_since, ZEND_ACC_PUBLIC, "/**\n * When it begins: what was sent before is here.\n *\n * @return \\DateTimeImmutable when it begins: what was sent before is here\n */")
    QUOALISE_ENTRY("until", php_quoalise_Hole_until, arginfo_quoalise_Hole_until, ZEND_ACC_PUBLIC, "/**\n * When it ends: what was sent after that comes again, or is here.\n *\n * @return \\DateTimeImmutable when it ends: what was sent after that comes again, or is here\n */")
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_Listener_close)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Listener_close, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Listener_finish)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_Listener_finish, 0, 0, MAY_BE_ARRAY)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Listener_next)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Listener_next, 0, 0, Quoalise\\Push|Quoalise\\Consent|Quoalise\\Presence|Quoalise\\Malformed|Quoalise\\Overflow|Quoalise\\Interrupted|Quoalise\\Resumed|Quoalise\\Hole|Quoalise\\NotSubscribed, MAY_BE_NULL)
    ZEND_ARG_TYPE_MASK(0, timeout, MAY_BE_NULL | MAY_BE_DOUBLE, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_Listener_getIterator)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_Listener_getIterator, 0, 0, Quoalise\\Items, 0)
    ZEND_ARG_TYPE_MASK(0, timeout, MAY_BE_NULL | MAY_BE_DOUBLE, "null")
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_Listener_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("close", php_quoalise_Listener_close, arginfo_quoalise_Listener_close, ZEND_ACC_PUBLIC, "/**\n * Stops listening.\n *\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("finish", php_quoalise_Listener_finish, arginfo_quoalise_Listener_finish, ZEND_ACC_PUBLIC, "/**\n * Stops listening without losing anything: the server keeps what comes from here on, and what it had sent\n * before is given back, in order, and counts as taken.\n *\n * @return list<Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed> what was\n *     not taken\n * @throws Exception\\QuoaliseException `ConnectionLostException`, `UnreachableException`, or\n *     `NoAnswerException` where the server does not answer within two seconds; `InvalidArgumentException` where\n *     the journal cannot be written. Then nothing more counts as taken: all of it comes to the next listener,\n *     the one in hand too, as `repeated`.\n */")
    QUOALISE_ENTRY("next", php_quoalise_Listener_next, arginfo_quoalise_Listener_next, ZEND_ACC_PUBLIC, "/**\n * The next event; waits for it. Nothing when the listener or the client was closed. Asking for it says that the\n * one before is dealt with.\n *\n * @param ?float $timeout how many seconds to wait for it at the most; nothing came if there is `null` then\n * @return Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed|null the event,\n *     if there is one\n * @throws Exception\\QuoaliseException `LoginRefusedException`, `ReplacedException`,\n *     `UnsuitableServerException` where the connection was lost for good, once what came before has been taken;\n *     `InvalidArgumentException` where the journal cannot be written, and then nothing is lost either.\n */")
    QUOALISE_ENTRY("getIterator", php_quoalise_Listener_getIterator, arginfo_quoalise_Listener_getIterator, ZEND_ACC_PUBLIC, "/**\n * For `foreach`: waits for one after another, as `next` does, and ends where nothing more will come. A loop that is\n * left by `break` has not asked for the next one.\n *\n * @param ?float $timeout how many seconds to wait for each at the most; the loop ends where none came\n * @return Items<Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed>\n */")
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_States_close)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_States_close, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_States_next)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_States_next, 0, 0, Quoalise\\ConnectionState, MAY_BE_NULL)
    ZEND_ARG_TYPE_MASK(0, timeout, MAY_BE_NULL | MAY_BE_DOUBLE, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_States_getIterator)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_States_getIterator, 0, 0, Quoalise\\Items, 0)
    ZEND_ARG_TYPE_MASK(0, timeout, MAY_BE_NULL | MAY_BE_DOUBLE, "null")
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_States_methods[] = {
    QUOALISE_ENTRY("__construct", quoalise_not_constructed, quoalise_no_arguments, ZEND_ACC_PRIVATE, NULL)
    QUOALISE_ENTRY("close", php_quoalise_States_close, arginfo_quoalise_States_close, ZEND_ACC_PUBLIC, "/**\n * Stops watching.\n *\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("next", php_quoalise_States_next, arginfo_quoalise_States_next, ZEND_ACC_PUBLIC, "/**\n * The next change; waits for it. Nothing once it is over for good and that was told. Of a great many that\n * nobody took meanwhile only the latest are told.\n *\n * @param ?float $timeout how many seconds to wait for it at the most; nothing came if there is `null` then\n * @return ?ConnectionState the change, if there is one\n * @throws Exception\\QuoaliseException `UsedAfterForkException`.\n */")
    QUOALISE_ENTRY("getIterator", php_quoalise_States_getIterator, arginfo_quoalise_States_getIterator, ZEND_ACC_PUBLIC, "/**\n * For `foreach`: waits for one after another, as `next` does, and ends where nothing more will come. A loop that is\n * left by `break` has not asked for the next one.\n *\n * @param ?float $timeout how many seconds to wait for each at the most; the loop ends where none came\n * @return Items<ConnectionState>\n */")
    ZEND_FE_END
};

QUOALISE_FUNCTION(quoalise_dumps)

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_quoalise_dumps, 0, 2, MAY_BE_STRING)
    ZEND_ARG_OBJ_TYPE_MASK(0, data, Quoalise\\Data, 0, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, format, Quoalise\\Format, 0, NULL)
    ZEND_ARG_TYPE_MASK(0, keepGaps, MAY_BE_BOOL, "false")
    ZEND_ARG_OBJ_TYPE_MASK(0, zone, DateTimeZone, MAY_BE_STRING | MAY_BE_NULL, "null")
ZEND_END_ARG_INFO()

QUOALISE_FUNCTION(quoalise_loads)

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX(arginfo_quoalise_loads, 0, 1, Quoalise\\Data, 0)
    ZEND_ARG_TYPE_MASK(0, content, MAY_BE_STRING, NULL)
    ZEND_ARG_OBJ_TYPE_MASK(0, format, Quoalise\\Format, MAY_BE_NULL, "null")
    ZEND_ARG_OBJ_TYPE_MASK(0, now, DateTimeInterface, MAY_BE_NULL, "null")
    ZEND_ARG_TYPE_MASK(0, strict, MAY_BE_BOOL, "false")
    ZEND_ARG_TYPE_MASK(0, name, MAY_BE_NULL | MAY_BE_STRING, "null")
    ZEND_ARG_TYPE_MASK(0, unit, MAY_BE_NULL | MAY_BE_STRING, "null")
    ZEND_ARG_OBJ_TYPE_MASK(0, zone, DateTimeZone, MAY_BE_STRING | MAY_BE_NULL, "null")
    ZEND_ARG_OBJ_TYPE_MASK(0, stamps, Quoalise\\Stamp, MAY_BE_NULL, "null")
    ZEND_ARG_TYPE_MASK(0, step, MAY_BE_NULL | MAY_BE_DOUBLE, "null")
ZEND_END_ARG_INFO()

static const zend_function_entry quoalise_functions[] = {
    QUOALISE_ENTRY("Quoalise\\dumps", php_quoalise_dumps, arginfo_quoalise_dumps, 0, "/**\n * Writes readings in a representation.\n *\n * @param Data $data the readings\n * @param Format $format the representation\n * @param bool $keepGaps Write SenML records without a value for gaps, which RFC 8428 forbids and Quoalise peers\n *     understand. Other representations always have them.\n * @param \\DateTimeZone|string|null $zone For tables and JSON: the zone to write times in; UTC by default.\n * @return string the text\n * @throws Exception\\QuoaliseException `MalformedDataException` for readings that SenML cannot carry: before\n *     1978, or with characters XML has no place for.\n */")
    QUOALISE_ENTRY("Quoalise\\loads", php_quoalise_loads, arginfo_quoalise_loads, 0, "/**\n * Reads readings from any representation.\n *\n * @param string $content what is to be read\n * @param ?Format $format The representation; found out from how the text begins by default.\n * @param ?\\DateTimeInterface $now What relative times count from; the present by default.\n * @param bool $strict Refuse what RFC 8428 refuses: records without a value, empty packs, stray content.\n * @param ?string $name For tables: the name of records that have none there; `value` by default.\n * @param ?string $unit For tables: the unit of records that have none there.\n * @param \\DateTimeZone|string|null $zone For tables: the zone of times that come without an offset, which are\n *     refused by default.\n * @param ?Stamp $stamps For load curves of Enedis: which end of its interval a reading is stamped at; the end\n *     by default, as for a Linky meter.\n * @param ?float $step For load curves of Enedis: the length of an interval, where the file does not tell it.\n * @return Data the readings\n * @throws Exception\\QuoaliseException `MalformedDataException`, which tells where, and never what was read;\n *     `InvalidArgumentException` for a representation that is only written.\n */")
    ZEND_FE_END
};

static void quoalise_declare(zend_class_entry **classes)
{
    zend_class_entry entry, *class;

    class = zend_register_internal_enum("Quoalise\\Action", IS_STRING, NULL);
    quoalise_enum_case(class, "Execute", "execute");
    quoalise_enum_case(class, "Next", "next");
    quoalise_enum_case(class, "Prev", "prev");
    quoalise_enum_case(class, "Complete", "complete");
    quoalise_enum_case(class, "Cancel", "cancel");
    classes[QUOALISE_ACTION] = class;

    class = zend_register_internal_enum("Quoalise\\Availability", IS_STRING, NULL);
    quoalise_enum_case(class, "Online", "online");
    quoalise_enum_case(class, "Offline", "offline");
    quoalise_enum_case(class, "Unreachable", "unreachable");
    quoalise_enum_case(class, "NoAnswer", "no-answer");
    classes[QUOALISE_AVAILABILITY] = class;

    class = zend_register_internal_enum("Quoalise\\Connection", IS_STRING, NULL);
    quoalise_enum_case(class, "Connecting", "connecting");
    quoalise_enum_case(class, "Online", "online");
    quoalise_enum_case(class, "Interrupted", "interrupted");
    quoalise_enum_case(class, "Resumed", "resumed");
    quoalise_enum_case(class, "Reset", "reset");
    quoalise_enum_case(class, "Closed", "closed");
    classes[QUOALISE_CONNECTION] = class;

    class = zend_register_internal_enum("Quoalise\\Direction", IS_STRING, NULL);
    quoalise_enum_case(class, "Consumption", "consumption");
    quoalise_enum_case(class, "Production", "production");
    classes[QUOALISE_DIRECTION] = class;

    class = zend_register_internal_enum("Quoalise\\ErrorKind", IS_STRING, NULL);
    quoalise_enum_case(class, "InvalidArgument", "invalid-argument");
    quoalise_enum_case(class, "UnknownHost", "unknown-host");
    quoalise_enum_case(class, "Unreachable", "unreachable");
    quoalise_enum_case(class, "ConnectTimeout", "connect-timeout");
    quoalise_enum_case(class, "CertificateRefused", "certificate-refused");
    quoalise_enum_case(class, "UnsuitableServer", "unsuitable-server");
    quoalise_enum_case(class, "LoginRefused", "login-refused");
    quoalise_enum_case(class, "ConnectionLost", "connection-lost");
    quoalise_enum_case(class, "Replaced", "replaced");
    quoalise_enum_case(class, "NoAnswer", "no-answer");
    quoalise_enum_case(class, "NotAuthorized", "not-authorized");
    quoalise_enum_case(class, "BadRequest", "bad-request");
    quoalise_enum_case(class, "TooLarge", "too-large");
    quoalise_enum_case(class, "NoSuchCommand", "no-such-command");
    quoalise_enum_case(class, "ProviderOffline", "provider-offline");
    quoalise_enum_case(class, "ServerUnreachable", "server-unreachable");
    quoalise_enum_case(class, "SessionExpired", "session-expired");
    quoalise_enum_case(class, "CommandFailed", "command-failed");
    quoalise_enum_case(class, "UpstreamError", "upstream-error");
    quoalise_enum_case(class, "LimitReached", "limit-reached");
    quoalise_enum_case(class, "MalformedAnswer", "malformed-answer");
    quoalise_enum_case(class, "MalformedData", "malformed-data");
    quoalise_enum_case(class, "Closed", "closed");
    quoalise_enum_case(class, "UsedAfterFork", "used-after-fork");
    classes[QUOALISE_ERROR_KIND] = class;

    class = zend_register_internal_enum("Quoalise\\FieldType", IS_STRING, NULL);
    quoalise_enum_case(class, "Boolean", "boolean");
    quoalise_enum_case(class, "Fixed", "fixed");
    quoalise_enum_case(class, "Hidden", "hidden");
    quoalise_enum_case(class, "JidMulti", "jid-multi");
    quoalise_enum_case(class, "JidSingle", "jid-single");
    quoalise_enum_case(class, "ListMulti", "list-multi");
    quoalise_enum_case(class, "ListSingle", "list-single");
    quoalise_enum_case(class, "TextMulti", "text-multi");
    quoalise_enum_case(class, "TextPrivate", "text-private");
    quoalise_enum_case(class, "TextSingle", "text-single");
    classes[QUOALISE_FIELD_TYPE] = class;

    class = zend_register_internal_enum("Quoalise\\Format", IS_STRING, NULL);
    quoalise_enum_case(class, "Quoalise", "quoalise");
    quoalise_enum_case(class, "SenmlXml", "senml-xml");
    quoalise_enum_case(class, "SenmlJson", "senml-json");
    quoalise_enum_case(class, "Resolved", "resolved");
    quoalise_enum_case(class, "Json", "json");
    quoalise_enum_case(class, "Csv", "csv");
    classes[QUOALISE_FORMAT] = class;

    class = zend_register_internal_enum("Quoalise\\NoteType", IS_STRING, NULL);
    quoalise_enum_case(class, "Info", "info");
    quoalise_enum_case(class, "Warn", "warn");
    quoalise_enum_case(class, "Error", "error");
    classes[QUOALISE_NOTE_TYPE] = class;

    class = zend_register_internal_enum("Quoalise\\Security", IS_STRING, NULL);
    quoalise_enum_case(class, "StartTls", "start-tls");
    quoalise_enum_case(class, "DirectTls", "direct-tls");
    quoalise_enum_case(class, "NoneOnLoopback", "none-on-loopback");
    classes[QUOALISE_SECURITY] = class;

    class = zend_register_internal_enum("Quoalise\\Stamp", IS_STRING, NULL);
    quoalise_enum_case(class, "Start", "start");
    quoalise_enum_case(class, "End", "end");
    classes[QUOALISE_STAMP] = class;

    class = zend_register_internal_enum("Quoalise\\Status", IS_STRING, NULL);
    quoalise_enum_case(class, "Executing", "executing");
    quoalise_enum_case(class, "Completed", "completed");
    quoalise_enum_case(class, "Canceled", "canceled");
    classes[QUOALISE_STATUS] = class;

    class = zend_register_internal_enum("Quoalise\\WhenFull", IS_STRING, NULL);
    quoalise_enum_case(class, "Wait", "wait");
    quoalise_enum_case(class, "DropOldest", "drop-oldest");
    classes[QUOALISE_WHEN_FULL] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Readings", quoalise_Readings_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    zend_class_implements(class, 1, zend_ce_iterator);
    quoalise_class_doc(class, "/**\n * The readings of data, one after another.\n *\n * @implements \\Iterator<int, Reading>\n */");
    classes[QUOALISE_READINGS] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Data", quoalise_Data_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    zend_class_implements(class, 1, zend_ce_aggregate);
    zend_class_implements(class, 1, zend_ce_countable);
    zend_class_implements(class, 1, zend_ce_arrayaccess);
    zend_class_implements(class, 1, php_json_serializable_ce);
    quoalise_class_doc(class, "/**\n * The readings of one answer or push: of all its series, and what each series is.\n *\n * `$data[0]` is a reading, `foreach` goes over all of them, `values()` and `timestamps()` are columns for charts.\n * Nothing of it changes.\n *\n * @implements \\IteratorAggregate<int, Reading>\n * @implements \\ArrayAccess<int, Reading>\n */");
    classes[QUOALISE_DATA] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Reading", quoalise_Reading_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "name", "/**\n * The name of the series.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "time", "/**\n * When its interval begins, in UTC.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", 0), false);
    quoalise_property(class, "unit", "/**\n * The unit: `W`, `Wh`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "value", "/**\n * The value; `null` for a gap. An integer only where it is beyond what a float holds.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_DOUBLE | MAY_BE_LONG | MAY_BE_STRING | MAY_BE_BOOL | MAY_BE_NULL), false);
    quoalise_property(class, "binary", "/**\n * Whether `value` is bytes, and no text.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "sum", "/**\n * The integral of the value over time, in unit times seconds.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_DOUBLE), false);
    quoalise_property(class, "updateTime", "/**\n * In how many seconds at the latest the next one is to come.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_DOUBLE), false);
    quoalise_property(class, "other", "/**\n * What else SenML may say of it.\n *\n * @var array<string, mixed>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_class_doc(class, "/**\n * One reading: what a meter said of an interval.\n */");
    classes[QUOALISE_READING] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Gap", quoalise_Gap_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "name", "/**\n * The name of the series.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "start", "/**\n * Where the first missing interval begins, in UTC.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", 0), false);
    quoalise_property(class, "end", "/**\n * Where the last missing interval ends, in UTC.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", 0), false);
    quoalise_class_doc(class, "/**\n * A stretch of time in which a series has no values.\n */");
    classes[QUOALISE_GAP] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Metadata", quoalise_Metadata_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "deviceType", "/**\n * What measures: `electricity-meter`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "device", "/**\n * Which device it is.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\DeviceIdentifier", MAY_BE_NULL), false);
    quoalise_property(class, "measurement", "/**\n * What is measured.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Measurement", 0), false);
    quoalise_property(class, "pricing", "/**\n * Which tariff class it counts for.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Pricing", MAY_BE_NULL), false);
    quoalise_class_doc(class, "/**\n * What a series is.\n */");
    classes[QUOALISE_METADATA] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\DeviceIdentifier", quoalise_DeviceIdentifier_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "authority", "/**\n * Who gave the number: `enedis`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "kind", "/**\n * What number it is: `prm`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "value", "/**\n * The number.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_class_doc(class, "/**\n * Which device it is.\n */");
    classes[QUOALISE_DEVICE_IDENTIFIER] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Pricing", quoalise_Pricing_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "rangeCode", "/**\n * The code of the range of hours.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "rangeDescription", "/**\n * What that is in words.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "kind", "/**\n * Whose ranges these are.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "kindDescription", "/**\n * What that is in words.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_class_doc(class, "/**\n * A tariff class.\n */");
    classes[QUOALISE_PRICING] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Items", quoalise_Items_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    zend_class_implements(class, 1, zend_ce_iterator);
    quoalise_class_doc(class, "/**\n * What comes by and by, one after another: a loop over it waits for each.\n *\n * There is no way back: a loop that begins again goes on where the one before was left.\n *\n * @template-covariant T of object\n * @implements \\Iterator<int, T>\n */");
    classes[QUOALISE_ITEMS] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Pending", quoalise_Pending_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    quoalise_class_doc(class, "/**\n * An operation on its way: for event loops as Revolt's or ReactPHP's, and for several questions at once.\n *\n * One that nobody holds any more is given up.\n *\n * @template-covariant T\n */");
    classes[QUOALISE_PENDING] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Authorization", quoalise_Authorization_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "uri", "/**\n * Where to send the person's browser.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), true);
    quoalise_property(class, "state", "/**\n * What the notice of consent brings back.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), true);
    quoalise_property(class, "name", "/**\n * The name given in the request.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "provider", "/**\n * Who was asked.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_class_doc(class, "/**\n * Where a person gives consent, and what the notice of it will bring back.\n */");
    classes[QUOALISE_AUTHORIZATION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\CommandInfo", quoalise_CommandInfo_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "node", "/**\n * What it is asked for by.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "name", "/**\n * What it is called, for people; the node where it has no name.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_class_doc(class, "/**\n * A command a provider offers.\n */");
    classes[QUOALISE_COMMAND_INFO] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\ConnectionState", quoalise_ConnectionState_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "connection", "/**\n * How they stand.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Connection", 0), false);
    quoalise_property(class, "error", "/**\n * What happened, where it was interrupted, or closed from the other side.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Exception\\QuoaliseException", MAY_BE_NULL), false);
    quoalise_property(class, "since", "/**\n * After a reset: all that was sent before is here.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", MAY_BE_NULL), false);
    quoalise_class_doc(class, "/**\n * How things stand with a connection, and why.\n */");
    classes[QUOALISE_CONNECTION_STATE] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Consent", quoalise_Consent_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "sender", "/**\n * Who sent it, resource included.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "id", "/**\n * The stanza's id, where it has one.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "sent", "/**\n * When it was sent.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", 0), false);
    quoalise_property(class, "delayed", "/**\n * Whether a server kept it while this account was away.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "repeated", "/**\n * Whether it was given before.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "usagePoints", "/**\n * The usage points consented for, at least one, as the provider writes them (14 digits).\n *\n * @var list<string>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), true);
    quoalise_property(class, "state", "/**\n * What came back of the request's state.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), true);
    quoalise_property(class, "request", "/**\n * Which request of this client it answers: the latest to the same provider with this state.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Authorization", MAY_BE_NULL), false);
    quoalise_property(class, "body", "/**\n * What the message says in words, where it does.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), true);
    quoalise_property(class, "other", "/**\n * What else was in the message, as XML.\n *\n * @var list<string>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), true);
    quoalise_class_doc(class, "/**\n * The notice that a person has consented.\n *\n * It says so by the provider's word, which is trusted. Whether it is about a request of *yours* is another matter:\n * where `request` is there, it answers that one of this client. Where it is not, look for the `state` among those\n * you have stored, and pass over the notice if it is not there.\n */");
    classes[QUOALISE_CONSENT] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Field", quoalise_Field_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "name", "/**\n * The name; empty for some fixed texts.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "kind", "/**\n * The type; text-single where none is given.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\FieldType", 0), false);
    quoalise_property(class, "label", "/**\n * The label for humans.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "description", "/**\n * A longer explanation for humans.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "required", "/**\n * Whether it must be filled in.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "values", "/**\n * The value or values, or the default.\n *\n * @var list<string>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), true);
    quoalise_property(class, "options", "/**\n * What may be chosen from.\n *\n * @var list<FieldOption>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_property(class, "validation", "/**\n * What a value must look like, beyond the type (XEP-0122).\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Validation", MAY_BE_NULL), false);
    quoalise_class_doc(class, "/**\n * A field of a form.\n */");
    classes[QUOALISE_FIELD] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\FieldOption", quoalise_FieldOption_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "label", "/**\n * The label for humans.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "value", "/**\n * The value.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), true);
    quoalise_class_doc(class, "/**\n * What may be chosen for a field.\n */");
    classes[QUOALISE_FIELD_OPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Form", quoalise_Form_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "title", "/**\n * A title for humans.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "instructions", "/**\n * Instructions for humans.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "fields", "/**\n * The fields, in order.\n *\n * @var list<Field>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_class_doc(class, "/**\n * A form (XEP-0004).\n */");
    classes[QUOALISE_FORM] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Interrupted", quoalise_Interrupted_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "error", "/**\n * What happened.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Exception\\QuoaliseException", 0), false);
    quoalise_class_doc(class, "/**\n * The connection was lost, and is being made anew by itself. The server keeps what comes meanwhile.\n */");
    classes[QUOALISE_INTERRUPTED] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Malformed", quoalise_Malformed_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "sender", "/**\n * Who sent it.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "error", "/**\n * What is wrong with it.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Exception\\QuoaliseException", 0), false);
    quoalise_class_doc(class, "/**\n * A trusted provider sent something that cannot be read.\n */");
    classes[QUOALISE_MALFORMED] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Measurement", quoalise_Measurement_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "name", "/**\n * `active-power`, `active-energy-index`, `load-profile`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "direction", "/**\n * `consumption` or `production`.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "quantity", "/**\n * `power`, `energy`, `voltage`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "kind", "/**\n * The kind of quantity: `electrical`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "subtype", "/**\n * `active`, `reactive`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "unit", "/**\n * The unit: `W`, `Wh`, `VA`, …\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "aggregation", "/**\n * How each value stands for its interval.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "samplingInterval", "/**\n * How long the interval of a value is; it begins at the record's time.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "corrected", "/**\n * Whether the distributor has corrected the values.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_BOOL), false);
    quoalise_property(class, "estimated", "/**\n * Whether the values are estimated rather than measured.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_BOOL), false);
    quoalise_class_doc(class, "/**\n * What is measured, and how.\n */");
    classes[QUOALISE_MEASUREMENT] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\NotSubscribed", quoalise_NotSubscribed_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "provider", "/**\n * Where.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "identifier", "/**\n * To what.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "error", "/**\n * Why the provider will not have it.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Exception\\QuoaliseException", 0), false);
    quoalise_class_doc(class, "/**\n * After a loss it was looked whether the subscriptions made by this client are still there, and this one is not.\n */");
    classes[QUOALISE_NOT_SUBSCRIBED] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Note", quoalise_Note_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "kind", "/**\n * How bad it is.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\NoteType", 0), false);
    quoalise_property(class, "text", "/**\n * What it says.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), true);
    quoalise_class_doc(class, "/**\n * A note beside a command's answer.\n */");
    classes[QUOALISE_NOTE] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Outcome", quoalise_Outcome_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "title", "/**\n * The title of the result.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), true);
    quoalise_property(class, "instructions", "/**\n * A text about the result.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), true);
    quoalise_property(class, "fields", "/**\n * The result's fields, in order; fixed ones are texts to read.\n *\n * @var list<Field>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_property(class, "tables", "/**\n * The result's tables; there is mostly one at the most.\n *\n * @var list<Table>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_property(class, "notes", "/**\n * What the provider says of it; no errors, which would have been the command's.\n *\n * @var list<Note>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_property(class, "data", "/**\n * Readings, where there are any.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Data", MAY_BE_NULL), false);
    quoalise_property(class, "other", "/**\n * Whatever else came, as XML.\n *\n * @var list<string>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), true);
    quoalise_property(class, "unused", "/**\n * The fields that a value was given for and that no form had. They were only noticed after the command was\n * done; otherwise that is an error.\n *\n * @var list<string>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_class_doc(class, "/**\n * What came of a command that was completed.\n */");
    classes[QUOALISE_OUTCOME] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Overflow", quoalise_Overflow_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "dropped", "/**\n * How many.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG), false);
    quoalise_class_doc(class, "/**\n * So many pushes and notices were given up, because more came than were taken.\n */");
    classes[QUOALISE_OVERFLOW] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Presence", quoalise_Presence_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "sender", "/**\n * Who, resource included.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "available", "/**\n * Whether it is there.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_class_doc(class, "/**\n * A trusted provider came, or went, as far as it says so itself. One whose network fails says nothing.\n */");
    classes[QUOALISE_PRESENCE] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Push", quoalise_Push_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "sender", "/**\n * Who sent it, resource included.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "id", "/**\n * The stanza's id, where it has one.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "sent", "/**\n * When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", 0), false);
    quoalise_property(class, "delayed", "/**\n * Whether a server kept it while this account was away.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "repeated", "/**\n * Whether it was given before, to this process or, with a journal, to one before, and nobody knows whether that\n * came to its end with it. One that was taken is not given again.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "data", "/**\n * The data; those of several `quoalise` elements of one message follow each other.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Data", 0), false);
    quoalise_property(class, "body", "/**\n * What the message says in words, where it does; of several languages English, if it is among them.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), true);
    quoalise_property(class, "other", "/**\n * What else was in the message, as XML.\n *\n * @var list<string>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), true);
    quoalise_class_doc(class, "/**\n * New data a provider sent by itself.\n */");
    classes[QUOALISE_PUSH] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Resumed", quoalise_Resumed_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_class_doc(class, "/**\n * The connection is there again, and nothing was lost (XEP-0198). Where an interruption had its end before anybody\n * took that event, neither is told.\n */");
    classes[QUOALISE_RESUMED] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Rights", quoalise_Rights_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "getHistory", "/**\n * It may ask for the history, or a part of it.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "subscribe", "/**\n * It may subscribe.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_class_doc(class, "/**\n * What an account may do with a `Series`.\n */");
    classes[QUOALISE_RIGHTS] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Series", quoalise_Series_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "identifier", "/**\n * The name to ask for.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "title", "/**\n * What it is, in words.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), true);
    quoalise_property(class, "measurement", "/**\n * What is measured, in which unit, at which step.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Measurement", 0), false);
    quoalise_property(class, "first", "/**\n * The time of its first record.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", MAY_BE_NULL), false);
    quoalise_property(class, "last", "/**\n * The time of its last record: the start of the last interval that has a value.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", MAY_BE_NULL), false);
    quoalise_property(class, "rights", "/**\n * What whoever asks may do with it.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\Rights", 0), false);
    quoalise_class_doc(class, "/**\n * A series a provider has: what can be read there, and by what name.\n */");
    classes[QUOALISE_SERIES] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Table", quoalise_Table_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "columns", "/**\n * Names, types and labels of the columns.\n *\n * @var list<Field>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), false);
    quoalise_property(class, "rows", "/**\n * A list of values for each column, in the columns' order.\n *\n * @var list<list<list<string>>>\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY), true);
    quoalise_class_doc(class, "/**\n * A result in rows.\n */");
    classes[QUOALISE_TABLE] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Validation", quoalise_Validation_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    quoalise_property(class, "datatype", "/**\n * The type of each value, such as `xs:integer` or `xs:dateTime`; `xs:string` where none is given.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "open", "/**\n * Whether values beside the options of a list may be given.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "min", "/**\n * The least value.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "max", "/**\n * The greatest value.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "least", "/**\n * How many values of a list there must be at least.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_LONG), false);
    quoalise_property(class, "most", "/**\n * How many values of a list there may be.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_LONG), false);
    quoalise_class_doc(class, "/**\n * What the values of a `Field` must look like (XEP-0122).\n */");
    classes[QUOALISE_VALIDATION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Client", quoalise_Client_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    quoalise_sensitive(class, "connect", 0);
    quoalise_class_doc(class, "/**\n * A connected account: asks providers for history, subscribes, and listens.\n *\n * A client may be used from many threads and tasks at once; all share one session.\n */");
    classes[QUOALISE_CLIENT] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Execution", quoalise_Execution_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    quoalise_class_doc(class, "/**\n * A command that has begun: the form of its present stage, and what may be done with it.\n *\n * A provider keeps what was filled in until the command is completed or canceled, or it has waited too long. An\n * execution that is dropped before its end is canceled, without waiting for the provider to say so.\n */");
    classes[QUOALISE_EXECUTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Hole", quoalise_Hole_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    quoalise_class_doc(class, "/**\n * A stretch of time in which pushes may have got lost: the connection is there again, but the server no longer knew\n * of the session. `Client::fill()` asks for what they may have told.\n *\n * Also first of all, where a process before this one did not come to a good end, as far as the journal knows.\n */");
    classes[QUOALISE_HOLE] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Listener", quoalise_Listener_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    zend_class_implements(class, 1, zend_ce_aggregate);
    quoalise_class_doc(class, "/**\n * The pushes of trusted providers, and what else they tell by themselves, in the order it came.\n *\n * While it lives, the session announces a priority that lets the server deliver pushes to it; closing it takes that\n * back, and later pushes are kept by the server for the next listener.\n *\n * A push counts as received only when it is *taken*: when the next event is asked for, or the listener is finished.\n * One that is in hand when the listener is closed, because storing it failed perhaps, is given again, to the next\n * listener, as `repeated`. The server keeps what it was not told of (XEP-0198): what was not taken comes again to\n * the next session of the same resource, and is late or has to be filled in where none was named.\n *\n * @implements \\IteratorAggregate<int,\n *     Push|Consent|Presence|Malformed|Overflow|Interrupted|Resumed|Hole|NotSubscribed>\n */");
    classes[QUOALISE_LISTENER] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\States", quoalise_States_methods);
    class = zend_register_internal_class_ex(&entry, NULL);
    class->ce_flags |= ZEND_ACC_FINAL | ZEND_ACC_NO_DYNAMIC_PROPERTIES;
    class->create_object = quoalise_create;
    class->ce_flags |= ZEND_ACC_NOT_SERIALIZABLE;
    zend_class_implements(class, 1, zend_ce_aggregate);
    quoalise_class_doc(class, "/**\n * What becomes of a connection.\n *\n * @implements \\IteratorAggregate<int, ConnectionState>\n */");
    classes[QUOALISE_STATES] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\QuoaliseException", NULL);
    class = zend_register_internal_class_ex(&entry, spl_ce_RuntimeException);
    quoalise_property(class, "upstreamCode", "/**\n * For an upstream error: that system's code, such as `ADAM-ERR0123`, where it has one.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "condition", "/**\n * The standard condition of the stanza or stream error (RFC 6120 sections 4.9.3 and 8.3.3), where one came.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "fittingEnd", "/**\n * The end of that period, excluded.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", MAY_BE_NULL), false);
    quoalise_property(class, "fittingStart", "/**\n * For an answer that would be too large: the start of the largest period that fits, where the provider told.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("DateTimeImmutable", MAY_BE_NULL), false);
    quoalise_property(class, "isTemporary", "/**\n * Whether the same request may succeed later without anybody changing anything.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL), false);
    quoalise_property(class, "issuer", "/**\n * For an upstream error: which system refused, such as `enedis-data-connect`.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "kind", "/**\n * What kind of failure this is.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, quoalise_class_type("Quoalise\\ErrorKind", 0), false);
    quoalise_property(class, "reason", "/**\n * The sentence, without operation and remedy.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING), false);
    quoalise_property(class, "operation", "/**\n * What was being done, and with whom.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "remedy", "/**\n * What to do about it.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_property(class, "retryAfter", "/**\n * When to try again at the earliest, where the peer told.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_DOUBLE), false);
    quoalise_property(class, "text", "/**\n * The peer's own words, where it gave any.\n */", ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_NULL | MAY_BE_STRING), false);
    quoalise_class_doc(class, "/**\n * What was asked of whom, what went wrong, and what to do about it: `getMessage()` says all of that. It never holds\n * the password or a reading.\n */");
    classes[QUOALISE_QUOALISE_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ConnectionFailedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * There is no connection to the account's own server, or none any more.\n */");
    classes[QUOALISE_CONNECTION_FAILED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ServiceUnavailableException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The provider was asked and cannot be reached.\n */");
    classes[QUOALISE_SERVICE_UNAVAILABLE_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\InvalidArgumentException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * An argument that cannot be right; nothing was sent.\n */");
    classes[QUOALISE_INVALID_ARGUMENT_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\UnknownHostException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * No XMPP server is known for the domain, or the server reached does not serve it (`host-unknown`).\n */");
    classes[QUOALISE_UNKNOWN_HOST_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\UnreachableException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * No address of the server accepts connections.\n */");
    classes[QUOALISE_UNREACHABLE_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ConnectTimeoutException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The server did not get through connecting and logging in within the deadline.\n */");
    classes[QUOALISE_CONNECT_TIMEOUT_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\CertificateRefusedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The server's certificate is not valid for the domain, or not signed by a known authority.\n */");
    classes[QUOALISE_CERTIFICATE_REFUSED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\UnsuitableServerException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP.\n */");
    classes[QUOALISE_UNSUITABLE_SERVER_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\LoginRefusedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The server refused the account or the password.\n */");
    classes[QUOALISE_LOGIN_REFUSED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ConnectionLostException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The connection was lost; whether the request was carried out is not known.\n */");
    classes[QUOALISE_CONNECTION_LOST_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ReplacedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_CONNECTION_FAILED_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * Another session of the account took the address of this one; it is over.\n */");
    classes[QUOALISE_REPLACED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\NoAnswerException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_SERVICE_UNAVAILABLE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The peer is there, or may be, and did not answer within the deadline.\n */");
    classes[QUOALISE_NO_ANSWER_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\NotAuthorizedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The provider does not know this account, or has no valid consent (`not-authorized`, `forbidden`).\n */");
    classes[QUOALISE_NOT_AUTHORIZED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\BadRequestException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The provider refuses the identifier, the series or the period (`bad-request`).\n */");
    classes[QUOALISE_BAD_REQUEST_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ProviderOfflineException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_SERVICE_UNAVAILABLE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * Nobody is at the provider's address (`service-unavailable`, `recipient-unavailable`).\n */");
    classes[QUOALISE_PROVIDER_OFFLINE_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ServerUnreachableException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_SERVICE_UNAVAILABLE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The provider's server could not be reached from ours (`remote-server-not-found`, `remote-server-timeout`).\n */");
    classes[QUOALISE_SERVER_UNREACHABLE_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\SessionExpiredException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The provider no longer knows the session of a command of several stages; begin the command again.\n */");
    classes[QUOALISE_SESSION_EXPIRED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\CommandFailedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The command was carried out and failed; the provider's note says why.\n */");
    classes[QUOALISE_COMMAND_FAILED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\UpstreamErrorException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The system behind the provider refused: issuer, code and text are its own.\n */");
    classes[QUOALISE_UPSTREAM_ERROR_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\LimitReachedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * A limit of the provider or of a server was reached; try again later.\n */");
    classes[QUOALISE_LIMIT_REACHED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\MalformedAnswerException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The answer cannot be understood.\n */");
    classes[QUOALISE_MALFORMED_ANSWER_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\MalformedDataException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * Data given to be read or written are not what they should be.\n */");
    classes[QUOALISE_MALFORMED_DATA_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\ClosedException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The client was closed.\n */");
    classes[QUOALISE_CLOSED_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\UsedAfterForkException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_QUOALISE_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The client was made in another process, and this is a fork of it; make a new one here.\n */");
    classes[QUOALISE_USED_AFTER_FORK_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\TooLargeException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_BAD_REQUEST_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The answer would be larger than the provider or a server lets through; ask for a shorter period.\n */");
    classes[QUOALISE_TOO_LARGE_EXCEPTION] = class;

    QUOALISE_CLASS_ENTRY(entry, "Quoalise\\Exception\\NoSuchCommandException", NULL);
    class = zend_register_internal_class_ex(&entry, classes[QUOALISE_BAD_REQUEST_EXCEPTION]);
    quoalise_class_doc(class, "/**\n * The provider has no such command (`item-not-found`).\n */");
    classes[QUOALISE_NO_SUCH_COMMAND_EXCEPTION] = class;
}
