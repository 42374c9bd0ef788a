// Renders a Helm chart with the template engine and the functions that Helm has, where there is no Helm to be had: Go's own
// text/template, and Sprig. Of Helm's own, only what our chart uses is here; anything else is an error, not silence.
//
//	render CHART [--namespace NS] [--values FILE]… [--api-version GROUP/VERSION]…
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v2"
)

type many []string

func (m *many) String() string         { return strings.Join(*m, ",") }
func (m *many) Set(value string) error { *m = append(*m, value); return nil }

// files are what .Files offers.
type files struct{ chart string }

func (f files) Get(path string) string {
	content, err := os.ReadFile(filepath.Join(f.chart, path))
	check(err)
	return string(content)
}

// versions are what .Capabilities.APIVersions offers.
type versions []string

func (v versions) Has(version string) bool {
	for _, has := range v {
		if has == version {
			return true
		}
	}
	return false
}

func main() {
	namespace := flag.String("namespace", "druid-system", "the release's namespace")
	var values, apiVersions many
	flag.Var(&values, "values", "a values file over the chart's own")
	flag.Var(&apiVersions, "api-version", "a version that the server has")
	if len(os.Args) < 2 {
		fail("usage: render CHART [options]")
	}
	chart := os.Args[1]
	check(flag.CommandLine.Parse(os.Args[2:]))

	merged := read(filepath.Join(chart, "values.yaml"))
	for _, file := range values {
		merge(merged, read(file))
	}
	about := read(filepath.Join(chart, "Chart.yaml"))
	context := map[string]interface{}{
		"Values":       merged,
		"Chart":        map[string]interface{}{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]},
		"Release":      map[string]interface{}{"Name": "druid", "Namespace": *namespace, "Service": "Helm"},
		"Capabilities": map[string]interface{}{"APIVersions": versions(apiVersions)},
		"Files":        files{chart},
	}

	all := template.New("chart").Option("missingkey=error")
	functions := sprig.TxtFuncMap()
	functions["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		check(err)
		return strings.TrimSuffix(string(text), "\n")
	}
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	all.Funcs(functions)

	templates, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	check(err)
	sort.Strings(templates)
	for _, path := range templates {
		content, err := os.ReadFile(path)
		check(err)
		_, err = all.New(filepath.Base(path)).Parse(string(content))
		check(err)
	}
	for _, path := range templates {
		if filepath.Ext(path) != ".yaml" {
			continue
		}
		var text bytes.Buffer
		check(all.ExecuteTemplate(&text, filepath.Base(path), context))
		if strings.TrimSpace(text.String()) != "" {
			fmt.Printf("---\n# %s\n%s\n", filepath.Base(path), strings.TrimSpace(text.String()))
		}
	}
}

func read(path string) map[string]interface{} {
	content, err := os.ReadFile(path)
	check(err)
	var value map[interface{}]interface{}
	check(yaml.Unmarshal(content, &value))
	return named(value).(map[string]interface{})
}

// named gives maps the keys that templates and Sprig expect.
func named(value interface{}) interface{} {
	switch v := value.(type) {
	case map[interface{}]interface{}:
		result := map[string]interface{}{}
		for key, item := range v {
			result[fmt.Sprint(key)] = named(item)
		}
		return result
	case []interface{}:
		for i := range v {
			v[i] = named(v[i])
		}
	}
	return value
}

func merge(into, from map[string]interface{}) {
	for key, value := range from {
		if inner, ok := value.(map[string]interface{}); ok {
			if target, ok := into[key].(map[string]interface{}); ok {
				merge(target, inner)
				continue
			}
		}
		into[key] = value
	}
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "render:", message)
	os.Exit(1)
}
