package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// requestSpec is what the job tells of every request beside its path; GET without headers and body where it tells
// nothing.
type requestSpec struct {
	Method  string   `json:"method"`
	Headers []string `json:"headers"`
}

// message is what every request says beside its URL, read once.
type message struct {
	method string
	host   string
	header http.Header
	// nil: none.
	body []byte
}

func readMessage(j *job) (*message, error) {
	m := &message{method: j.Workload.Request.Method, header: http.Header{}}
	for _, line := range j.Workload.Request.Headers {
		name, value, found := strings.Cut(line, ": ")
		if !found {
			return nil, fmt.Errorf("the header %q is not written as 'Name: value'", line)
		}
		if strings.EqualFold(name, "Host") {
			m.host = value
			continue
		}
		m.header.Add(name, value)
	}
	if j.BodyFile != "" {
		body, err := os.ReadFile(j.BodyFile)
		if err != nil {
			return nil, fmt.Errorf("reading the body: %w", err)
		}
		m.body = body
	}
	return m, nil
}

// request makes one of them.
func (m *message) request(ctx context.Context, url string) (*http.Request, error) {
	var body io.Reader
	if m.body != nil {
		body = bytes.NewReader(m.body)
	}
	request, err := http.NewRequestWithContext(ctx, m.method, url, body)
	if err != nil {
		return nil, err
	}
	if len(m.header) > 0 {
		request.Header = m.header.Clone()
	}
	if m.host != "" {
		request.Host = m.host
	}
	return request, nil
}
