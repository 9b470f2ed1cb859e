// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

{{ record.doc|javadoc(0) }}
{% set items = namespace(all=[]) %}
{% for field in record.fields %}{% set items.all = items.all + [field.annotation ~ " " ~ field.name] %}{% endfor %}
public record {{ record.name }}({{ items.all|commas(30 + record.name|length, 0) }})
{%- if record.union %} implements {{ record.union }}{% endif %} {
{% for field in record.fields if field.is_list %}
{% if loop.first %}
    {{ record.doc|saying("Of these values. Lists are copied: they do not change.")|javadoc(4) }}
    public {{ record.name }} {
{% endif %}
        {{ field.name }} = List.copyOf({{ field.name }});
{% if loop.last %}
    }

{% endif %}
{% endfor %}
    static {{ record.name }} read(In in) {
        return new {{ record.name }}({% for field in record.fields %}

                {{ field.read }}{% if not loop.last %},{% endif %}
{% endfor %});
    }
{% if record.hides %}

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "{{ record.name }}["
{% for field in record.fields if not field.hidden %}
                + "{% if not loop.first %}, {% endif %}{{ field.name }}=" + {{ field.name }}
{% endfor %}
                + "]";
    }
{% endif %}
}
