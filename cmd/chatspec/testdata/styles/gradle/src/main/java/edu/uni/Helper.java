package edu.uni;
class Helper { static void help() {} }