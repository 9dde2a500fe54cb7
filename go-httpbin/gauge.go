package main

import "sync/atomic"

// gauge counts what is there now, and the most that was there at once since the last mark.
type gauge struct {
	now, most atomic.Int64
}

func (g *gauge) enter() { g.raise(g.now.Add(1)) }

func (g *gauge) leave() { g.now.Add(-1) }

// mark lowers the maximum to zero before it raises it to what is there: the other way round, a value that entered
// in between would be lost.
func (g *gauge) mark() {
	g.most.Store(0)
	g.raise(g.now.Load())
}

func (g *gauge) raise(to int64) {
	for {
		most := g.most.Load()
		if to <= most || g.most.CompareAndSwap(most, to) {
			return
		}
	}
}
