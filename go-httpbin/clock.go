package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// clock tells CLOCK_MONOTONIC in ns, the one clock that this process, its parent and the clients have in common.
//
// x/sys asks it by a system call, 150 ns and more; package time reads the same clock without one, but counts from a
// start it keeps to itself. So the distance between the two is measured once, and added to what package time says.
type clock struct {
	base   time.Time
	atBase uint64 // CLOCK_MONOTONIC at base
}

// A measurement may be interrupted, and is then off by as much as the interruption took. The shortest of a few is
// off by no more than its own length, some tens of ns.
const clockMeasurements = 64

func newClock() (clock, error) {
	var best clock
	shortest := time.Duration(-1)
	for range clockMeasurements {
		before := time.Now()
		var t unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
			return clock{}, fmt.Errorf("could not read CLOCK_MONOTONIC, by which all of tlstax is timed: %w", err)
		}
		length := time.Since(before)
		if shortest < 0 || length < shortest {
			shortest = length
			best = clock{base: before.Add(length / 2), atBase: uint64(t.Nano())}
		}
	}
	return best, nil
}

func (c clock) now() uint64 { return c.atBase + uint64(time.Since(c.base)) }
