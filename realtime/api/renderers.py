"""The AsyncAPI document as YAML or JSON, chosen by ``Accept`` or ``?format=``."""

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer


class AsyncApiYamlRenderer(OpenApiYamlRenderer):
    media_type = "application/vnd.aai.asyncapi+yaml"


class YamlRenderer(OpenApiYamlRenderer):
    media_type = "application/yaml"


class AsyncApiJsonRenderer(OpenApiJsonRenderer):
    media_type = "application/vnd.aai.asyncapi+json"


class JsonRenderer(OpenApiJsonRenderer):
    media_type = "application/json"
