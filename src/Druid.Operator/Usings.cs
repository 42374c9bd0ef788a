// The values of the label app.kubernetes.io/component; their own name is that of a namespace here.
global using ComponentLabel = Druid.Api.Components;
