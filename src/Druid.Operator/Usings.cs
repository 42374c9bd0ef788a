// The values of the label app.kubernetes.io/component; their own name is that of a namespace here.
global using ComponentLabel = Druid.Api.Components;

// Which states are active; its own name is that of a namespace here.
global using MachineConfiguration = Druid.StateMachine.Machines.Configuration;
