package main

import (
	"encoding/json"
	"runtime"
	"strings"
)

// The version of the trial protocol that this engine speaks.
const protocolVersion = 1

type job struct {
	Protocol int    `json:"protocol"`
	Cell     string `json:"cell"`
	Workload struct {
		Path        string `json:"path"`
		Requests    int    `json:"requests"`
		Concurrency int    `json:"concurrency"`
		// "unknown" for a server of the user's, whose answers are not known beforehand.
		Server  string      `json:"server"`
		Request requestSpec `json:"request"`
	} `json:"workload"`
	Targets   []target `json:"targets"`
	TrustFile string   `json:"trust_file"`
	Insecure  bool     `json:"insecure"`
	BodyFile  string   `json:"body_file"`
	Groups    []string `json:"groups"`
	Workers   int      `json:"workers"`
}

type target struct {
	URL  string `json:"url"`
	Host string `json:"host"`
	Addr string `json:"addr"`
}

// newConn tells whether each request is to have a connection of its own.
func (j *job) newConn() bool {
	return strings.HasSuffix(j.Cell, "/new-conn")
}

// failed is an engine's word that it cannot do the job.
type failed struct {
	reason string
}

func (f failed) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"failed": f.reason})
}

// row is one request in stamps of CLOCK_MONOTONIC, ns; 0 for what did not happen.
type row struct {
	Due       int64 `json:"due"`
	Start     int64 `json:"start"`
	Connected int64 `json:"connected"`
	Secured   int64 `json:"secured"`
	Sent      int64 `json:"sent"`
	FirstByte int64 `json:"first_byte"`
	Done      int64 `json:"done"`
}

type errorCount struct {
	Count int    `json:"count"`
	First string `json:"first"`
}

func readyLine(j *job, warmUp int) any {
	return map[string]any{"ready": map[string]any{
		"engine":           "go-nethttp",
		"version":          "0.1.0",
		"libraries":        []string{"net/http of " + runtime.Version()},
		"workers":          j.Workers,
		"warm_up_requests": warmUp,
		"custom_requests":  true,
	}}
}

func finishedLine(started, ended int64, seen *seen) any {
	// What the rows of this engine take up, to be told from the memory of what is measured.
	const rowBytes = 7 * 8
	return map[string]any{"finished": map[string]any{
		"started_ns": started, "ended_ns": ended, "recorder_bytes": cap(seen.rows) * rowBytes,
	}}
}

func doneLine(seen *seen) any {
	return map[string]any{"done": map[string]any{
		"right": len(seen.rows), "errors": seen.errors, "rows": seen.rows, "most_in_flight": seen.mostInFlight,
	}}
}
