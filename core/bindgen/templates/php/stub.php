<?php

// Written by `make bindings` from core/src/ffi and uniffi.toml, and by-hand.stub.php.
//
// What the extension has, for people, their editors and PHPStan. It is no code to be run.

namespace Quoalise {
{% for enum in enums %}
    {{ enum.doc|phpdoc(4) }}
    enum {{ enum.name }}: string
    {
    {% for variant in enum.variants %}
    {% if variant.doc.body %}
        {{ variant.doc|phpdoc(8) }}
    {% endif %}
        case {{ variant.name }} = '{{ variant.value }}';
    {% if not loop.last %}

    {% endif %}
    {% endfor %}
    }

{% endfor %}
{{ by_hand }}

{% for record in records %}
    {{ record.doc|phpdoc(4) }}
    final class {{ record.name }}
    {
    {% for field in record.fields %}
        {{ field.doc|phpdoc(8) }}
        public readonly {{ field.type }} ${{ field.name }};
    {% if not loop.last %}

    {% endif %}
    {% endfor %}
    }

{% endfor %}
{% for object in objects %}
    {{ object.doc|phpdoc(4) }}
    final class {{ object.name }}{% if object.items %} implements \IteratorAggregate{% endif %}

    {
    {% for method in object.methods %}
        {{ method.doc|phpdoc(8) }}
        public {% if method.is_constructor %}static {% endif %}function {{ method.name }}({{ method.parameters|signature(60) }}): {{ method.returns }} {}
    {% if not loop.last %}

    {% endif %}
    {% endfor %}
    {% if object.items %}

        /**
         * For `foreach`: waits for one after another, as `next` does, and ends where nothing more will come. A loop that is
         * left by `break` has not asked for the next one.
         *
         * @param ?float $timeout how many seconds to wait for each at the most; the loop ends where none came
         * @return Items<{{ object.items }}>
         */
        public function getIterator(?float $timeout = null): Items {}
    {% endif %}
    {% if object.name == "Client" %}

        /**
         * What this process has of persistent sessions: how many it keeps, and how often one was `opened`, was there
         * already (`reused`), was found broken (`replaced`), or was ended unused for too long or to make room (`dropped`).
         *
         * @return array{kept: int, opened: int, reused: int, replaced: int, dropped: int}
         */
        public static function stats(): array {}
    {% endif %}
    }

{% endfor %}
{% for function in functions %}
    {{ function.doc|phpdoc(4) }}
    function {{ function.name }}({{ function.parameters|signature(60) }}): {{ function.returns }} {}
{% if not loop.last %}

{% endif %}
{% endfor %}
}

namespace Quoalise\Exception {
    /**
     * What was asked of whom, what went wrong, and what to do about it: `getMessage()` says all of that. It never holds
     * the password or a reading.
     */
    class {{ error_base }} extends \RuntimeException
    {
    {% for field in error_fields %}
        {{ field.doc|phpdoc(8) }}
        public readonly {{ field.type }} ${{ field.name }};
    {% if not loop.last %}

    {% endif %}
    {% endfor %}
    }
{% for error in errors %}

    {{ error.doc|phpdoc(4) }}
    class {{ error.name }} extends {{ error.parent }}
    {
    }
{% endfor %}
}
