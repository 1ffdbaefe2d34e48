module example.com/hw

go 1.20
