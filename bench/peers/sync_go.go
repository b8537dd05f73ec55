// What goroutines pay to talk to each other on one processor; see probes/sync.cpp.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
)

const (
	handOvers = 1000000
	tasks     = 100000
	workers   = 100
)

func cpuNs() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

func measure(name string, operations int, body func()) {
	start := cpuNs()
	body()
	fmt.Printf("%s %.2f\n", name, (cpuNs()-start)/float64(operations))
}

func handOver(values chan int) {
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		for i := 0; i < handOvers; i++ {
			<-values
		}
		done.Done()
	}()
	for i := 0; i < handOvers; i++ {
		values <- i
	}
	done.Wait()
}

// The usual semaphore of Go is a channel of empty structs.
func semaphore() {
	ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		for i := 0; i < handOvers/2; i++ {
			<-ping
			pong <- struct{}{}
		}
		done.Done()
	}()
	for i := 0; i < handOvers/2; i++ {
		ping <- struct{}{}
		<-pong
	}
	done.Wait()
}

// As errgroup with SetLimit: a goroutine a task, so many at a time.
func mapTasks() {
	results := make([]int, tasks)
	slots := make(chan struct{}, workers)
	var done sync.WaitGroup
	for i := range results {
		slots <- struct{}{}
		done.Add(1)
		go func(i int) {
			results[i] = i + 1
			<-slots
			done.Done()
		}(i)
	}
	done.Wait()
	if results[tasks-1] != tasks {
		os.Exit(1)
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	measure("queue", handOvers, func() { handOver(make(chan int, 1)) })
	measure("channel", handOvers, func() { handOver(make(chan int)) })
	measure("semaphore", handOvers, semaphore)
	measure("map", tasks, mapTasks)
}
