{% macro declared(parameters, before, indent) -%}
{%- set items = namespace(all=[]) -%}
{%- for one in parameters -%}{%- set items.all = items.all + [one.annotation ~ " " ~ one.name] -%}{%- endfor -%}
{{ items.all|commas(before, indent) }}
{%- endmacro %}
{% macro names(parameters) -%}
{%- for one in parameters -%}{{ one.name }}{% if not loop.last %}, {% endif %}{%- endfor -%}
{%- endmacro %}
{% macro call(method, handle, executor, indent) %}
{% set margin = " " * indent %}
{% for one in method.parameters if one.is_kept or one.is_lent %}
{{ margin }}Objects.requireNonNull({{ one.name }}, "{{ one.name }}");
{% endfor %}
{{ margin }}Out out = new Out();
{% for one in method.parameters %}
{{ margin }}{{ one.write }}
{% endfor %}
{% if method.is_constructor and method.options %}
{% for field in method.options.fields %}
{{ margin }}{{ field.write }}
{% endfor %}
{% endif %}
{{ margin }}return new Call<>({{ method.number }}, {{ handle }}, {{ executor }}, out, {{ method.read }}{% for one in method.parameters if one.is_kept %}, {{ one.name }}{% endfor %});
{% endmacro %}
{% macro fields(options) %}
{% for field in options.fields %}
{{ "    " }}private {{ field.kept }} {{ field.name }}{% if field.default %} = {{ field.default }}{% endif %};
{% endfor %}
{% endmacro %}
