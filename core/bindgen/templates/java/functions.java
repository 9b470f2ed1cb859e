{% from "macros.java" import declared, names, call %}
// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Readings and their representations. Nothing of it needs a client or a network, nor waits. */
public final class {{ functions_name }} {
    private {{ functions_name }}() {}
{% for method in functions %}

    {{ method.doc|javadoc(4) }}
    public static {{ method.returns }} {{ method.name }}({{ declared(method.parameters, 30 + method.name|length, 4) }}) {
{% for one in method.parameters if one.is_lent %}
        Handle lent = new Handle({{ one.name }}.lend());
        try {
            return call{{ method.name|pascal }}({{ names(method.parameters) }}, lent).now();
        } finally {
            lent.free();
        }
{% else %}
        return call{{ method.name|pascal }}({{ names(method.parameters) }}).now();
{% endfor %}
    }
{% if method.shorter %}

    {{ method.shorter.doc|javadoc(4) }}
    public static {{ method.returns }} {{ method.name }}({{ declared(method.shorter.parameters, 30 + method.name|length, 4) }}) {
        return {{ method.name }}({{ method.shorter.called|join(", ") }});
    }
{% endif %}
{% for one in method.parameters if one.annotation == "byte[]" %}

    {{ method.doc|javadoc(4) }}
    public static {{ method.returns }} {{ method.name }}({{ declared(method.parameters, 30 + method.name|length, 4)|replace("byte[]", "String") }}) {
        return {{ method.name }}({{ names(method.parameters)|replace(one.name, one.name ~ ".getBytes(StandardCharsets.UTF_8)") }});
    }

    {{ method.shorter.doc|javadoc(4) }}
    public static {{ method.returns }} {{ method.name }}({{ declared(method.shorter.parameters, 30 + method.name|length, 4)|replace("byte[]", "String") }}) {
        return {{ method.name }}({{ names(method.shorter.parameters) }}, {{ method.shorter.called|last }});
    }
{% endfor %}

    private static Call<{{ method.boxed }}> call{{ method.name|pascal }}({{ declared(method.parameters, 50 + method.name|length, 4) }}{% for one in method.parameters if one.is_lent %}, Handle lent{% endfor %}) {
{{ call(method, "null", "Operations.DEFAULT_EXECUTOR", 8) }}    }
{% endfor %}
}
