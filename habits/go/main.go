// Command habits is net/http with one habit.
//
//	habits closed URL N     each body is read to its end and closed
//	habits leaked URL N     it is neither read nor closed
//
// One client fetches URL/get N times, one after another. The other habits stand in many.go.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "habits:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: habits HABIT URL N")
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return fmt.Errorf("the number of requests: %w", err)
	}
	if habit, known := habits[args[0]]; known {
		if err := habit(strings.TrimSuffix(args[1], "/"), n); err != nil {
			return err
		}
		fmt.Println(n, "ok")
		return nil
	}
	fetch, known := map[string]func(string) error{"closed": closed, "leaked": leaked}[args[0]]
	if !known {
		return fmt.Errorf("no habit %q", args[0])
	}
	url := strings.TrimSuffix(args[1], "/") + "/get"
	for range n {
		if err := fetch(url); err != nil {
			return err
		}
	}
	fmt.Println(n, "ok")
	return nil
}

func closed(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	// What is closed before it is read to its end takes its connection with it.
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	return status(url, response)
}

func leaked(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	return status(url, response)
}

func status(url string, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}
