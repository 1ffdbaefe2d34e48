package main

import (
	"net"
	"os"
)

func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
	help()
	for {
		l.Accept()
	}
}
