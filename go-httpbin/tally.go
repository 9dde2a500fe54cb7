package main

import (
	"maps"
	"sync"
)

// maxDistinct bounds a tally, whose strings are the clients' to choose; the rest is counted as one.
const (
	maxDistinct = 32
	otherName   = "other"
)

// tally counts strings. It is used once per connection, so a lock will do.
type tally struct {
	mu     sync.Mutex
	counts map[string]uint64
}

func (t *tally) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[string]uint64)
	}
	if _, known := t.counts[name]; !known && len(t.counts) >= maxDistinct {
		name = otherName
	}
	t.counts[name]++
}

func (t *tally) read() map[string]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		return map[string]uint64{} // not null in JSON
	}
	return maps.Clone(t.counts)
}
