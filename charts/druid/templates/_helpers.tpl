{{/* Labels by which the operator's pods are selected; also those of everything that is its. */}}
{{- define "druid.labels" -}}
app.kubernetes.io/name: druid
{{- end }}

{{- define "druid.image" -}}
{{ .image.repository }}:{{ default .chart.AppVersion .image.tag }}
{{- end }}

{{/* "true" if there is anything for the API server to ask. */}}
{{- define "druid.webhooks" -}}
{{- if or .Values.webhooks.protection.enabled .Values.webhooks.specValidation.enabled }}true{{ end }}
{{- end }}

{{/* The operator's configuration: what the chart knows, and over it what the user says. */}}
{{- define "druid.config" -}}
{{- $known := dict
      "controllers" (dict "etcd" (dict "enableEtcdSpecAutoReconcile" true))
      "webhooks" (dict
        "etcdComponentProtection" (dict
          "enabled" .Values.webhooks.protection.enabled
          "serviceAccountInfo" (dict "name" "druid" "namespace" .Release.Namespace))
        "specValidation" (dict "enabled" .Values.webhooks.specValidation.enabled)) }}
{{- if .Values.webhooks.certificate.secretName }}
{{- $_ := set $known "server" (dict "webhooks" (dict "serverCertDir" "/etc/webhook-server-tls")) }}
{{- end }}
{{- if .Values.tracing.endpoint }}
{{- $_ := set $known "tracing" (dict "endpoint" .Values.tracing.endpoint) }}
{{- end }}
{{- toYaml (mergeOverwrite $known (deepCopy .Values.config)) }}
{{- end }}
